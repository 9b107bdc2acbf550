"""The chain's room: talks to one node over JSON-RPC, and knows the contracts' interface. It judges nothing."""
