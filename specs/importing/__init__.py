"""What others keep in other forms, brought into the form of an estate."""
