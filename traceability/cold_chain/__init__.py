"""What temperature did to goods on their way: excursions, exposure, what is left of their shelf life."""
