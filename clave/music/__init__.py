"""What sounds, kits and bars are: values with NumPy alone."""
