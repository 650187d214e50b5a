"""Many at once: rows of a grid, a file or a script, checked by the form of their kind and recorded all or none.

``kinds`` knows what can be done in many, ``columns`` what a row of it may hold, ``mapping`` which column of a file is
which, ``checking`` what is wrong with each row, ``recording`` writes what has no fault.
"""
