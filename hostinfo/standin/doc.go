// Package standin gives stand-ins to what a report or a snapshot must not tell
// when it leaves the house: names of hosts, users, guests and networks, MAC and
// IP addresses, UUIDs. It hides them in facts and in texts. What documents there
// are, and which of their fields hold what, is not its business.
package standin
