"""Where attacks bite: places with one wall open, and what each attack must achieve there."""
