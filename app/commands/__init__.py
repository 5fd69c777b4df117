"""What each command does, grouped by purpose. No Qt; every module is imported only when its command runs."""
