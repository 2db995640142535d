"""What somebody or something saw, taken into the register's observed rows."""
