"""What others tell of enterprises: warnings, credit, complaints, petitions, reports, plant data."""
