"""Forms: every field marked automatic, proposed or blank; written as .docx."""
