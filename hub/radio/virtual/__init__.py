"""A Bluetooth LE radio without hardware: emulated devices, faults on the air, and a bleak backend that hears them."""
