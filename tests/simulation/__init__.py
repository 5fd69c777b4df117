"""One world from one integer: devices, server, network, disk and clocks."""
