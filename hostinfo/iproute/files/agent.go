package files

// AgentSocket is where a migcheck agent listens.
const AgentSocket = "/run/migcheck/agent.sock"
