// Package act is all the code of migcheck that changes a host: it migrates a
// guest, aborts that, and moves its autostart mark. Nothing here decides
// whether that should be done; it takes a preflight.Clearance and uses it up.
//
// What is to be done is an [Order], which is a plain value and can be printed;
// where the guest is afterwards is a [Whereabouts], judged by the states that
// both hosts gave.
package act
