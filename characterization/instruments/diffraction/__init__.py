"""What readers of diffraction files share: scans, axes, attenuators, and the layouts of single vendors."""
