"""Inspection tasks 检查任务: what an officer takes along to the site."""
