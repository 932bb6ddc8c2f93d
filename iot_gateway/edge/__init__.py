"""The edge box: keeps on disk what devices of a farm send, and forwards it when the uplink is there."""
