// Package rules is the catalogue of what can go wrong with a guest's network
// when it moves: one rule a file, named after its ID. A rule is a value with a
// pure Check; it gathers nothing and prints nothing. Its cases are in
// fixtures/rules/ID, and adding a rule is that file, its cases, and a line in
// the list below.
package rules
