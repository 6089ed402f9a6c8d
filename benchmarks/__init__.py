"""How good and how fast kg is: `make bench` measures, `tests/test_floors.py` guards."""
