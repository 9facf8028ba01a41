-- Several tables of the same columns as one.
{tables}
