package change

// Where the package migcheck of a distribution keeps its parts. What a verb would
// install is not written beside them.
const (
	// PackagedBinary is the program that people run.
	PackagedBinary = "/usr/bin/migcheck"
	// PackagedProgram is the static build, which the package brings for the agent,
	// for the hook and to be pushed to other hosts.
	PackagedProgram = "/usr/libexec/migcheck/migcheck-agent"
	// PackagedUnits is the directory of its systemd units.
	PackagedUnits = "/usr/lib/systemd/system"
)
