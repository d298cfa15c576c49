"""Reminders and corrections 及时提醒纠正 (WORKFLOW §8): rules as data, facts from other modules."""
