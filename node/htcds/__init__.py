"""Cases in the words of the Human Trafficking Case Data Standard 2.0 (IOM, CC BY 4.0): read and written."""
