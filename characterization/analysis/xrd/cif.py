"""A crystal structure out of a CIF: what can be computed with becomes a phase, everything else a sentence.

Format: Hall, Allen and Brown, Acta Cryst. A47 (1991) 655; the core dictionary of the IUCr. What is read: the cell, the
symmetry (symbol, number or operations), sites with occupancy and U or B, and where it was published.
"""

from __future__ import annotations

import math
import re

import gemmi

from characterization.analysis.xrd.cif_text import cif_block, number, text_of
from characterization.analysis.xrd.crystal import Cell, Phase, Site, Source, group_of

MOST_SITES = 400
MOST_ATOMS = 4000
LONGEST_EDGE = 200.0
SMALLEST_VOLUME, LARGEST_VOLUME = 5.0, 60_000.0
CELL_TAGS = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
OPERATION_TAGS = (
    "_space_group_symop_operation_xyz",
    "_symmetry_equiv_pos_as_xyz",
    "_space_group_symop.operation_xyz",
)
SYMBOL_TAGS = (
    "_space_group_name_H-M_alt",
    "_symmetry_space_group_name_H-M",
    "_space_group_name_H-M_full",
)
HALL_TAGS = ("_space_group_name_Hall", "_symmetry_space_group_name_Hall")
NUMBER_TAGS = ("_space_group_IT_number", "_symmetry_Int_Tables_number")
EIGHT_PI_SQUARED = 8 * math.pi**2


class CifError(ValueError):
    """The text cannot become a phase; the message says why and what would help."""


def structure_from_cif(text: str) -> Phase:
    """The phase that a CIF describes. Raises CifError with a sentence for people.

    Of several blocks the first with a cell and sites counts. ``name`` is the mineral's or the common name, else the
    formula; ``formula`` is as the file sums it up, else counted from the sites.
    """
    block = cif_block(text, _refuse)
    cell = _cell(block)
    symbol, operations = _symmetry(block, cell)
    sites = _sites(block)
    formula = _formula(block, sites)
    names = ("_chemical_name_mineral", "_chemical_name_common", "_chemical_name_systematic")
    given = (text_of(block, tag) for tag in names)
    name = next((found for found in given if found not in ("", "?")), "") or formula
    phase = Phase(name[:120], formula[:120], cell, symbol, sites, _source(block), operations)
    _refuse_crowded(phase)
    return phase


def _refuse(sentence: str) -> CifError:
    return CifError(sentence)


def _cell(block: gemmi.cif.Block) -> Cell:
    values = [number(text_of(block, f"_cell_{tag}") or text_of(block, f"_cell.{tag}")) for tag in CELL_TAGS]
    missing = [f"_cell_{tag}" for tag, value in zip(CELL_TAGS, values, strict=True) if value is None]
    if len(missing) == len(CELL_TAGS):
        raise CifError(
            "This CIF has no unit cell (_cell_length_a and so on), so no line can be computed from it."
        )
    if missing:
        raise CifError(f"The unit cell is incomplete: {', '.join(missing)} is missing or no number.")
    a, b, c, alpha, beta, gamma = (float(value or 0) for value in values)
    if not all(1 <= edge <= LONGEST_EDGE for edge in (a, b, c)):
        raise CifError(
            f"Cell edges of {a:g}, {b:g} and {c:g} Å are outside 1 to {LONGEST_EDGE:g} Å: is the file in Å?"
        )
    if not all(20 <= angle <= 160 for angle in (alpha, beta, gamma)):
        raise CifError(f"Cell angles of {alpha:g}, {beta:g} and {gamma:g}° are outside 20 to 160°.")
    cell = Cell(a, b, c, alpha, beta, gamma)
    if not SMALLEST_VOLUME <= cell.volume <= LARGEST_VOLUME:  # NaN where the three angles do not close
        raise CifError(
            f"The cell's volume is {cell.volume:,.1f} Å³; {SMALLEST_VOLUME:g} to {LARGEST_VOLUME:,.0f} Å³ are taken."
        )
    return cell


def _symmetry(block: gemmi.cif.Block, cell: Cell) -> tuple[str, tuple[str, ...]]:
    """The symbol with its setting, and the operations where no tabulated setting has them.

    Operations that are listed count before any symbol: symbols in files often leave out the setting.
    """
    listed = _operations(block)
    if listed:
        group = gemmi.GroupOps([gemmi.Op(text) for text in listed])
        found = gemmi.find_spacegroup_by_ops(group)
        if found:
            return str(found.xhm()), ()
        return next((text_of(block, tag) for tag in SYMBOL_TAGS if text_of(block, tag)), "as listed"), listed
    for tag in HALL_TAGS:
        if hall := text_of(block, tag):
            try:
                by_hall = gemmi.find_spacegroup_by_ops(gemmi.symops_from_hall(hall))
            except (RuntimeError, ValueError):
                continue
            if by_hall:
                return str(by_hall.xhm()), ()
    return _by_name(block, cell), ()


def _by_name(block: gemmi.cif.Block, cell: Cell) -> str:
    said = [text_of(block, tag) for tag in SYMBOL_TAGS if text_of(block, tag)]
    for symbol in said:
        cleaned = re.sub(r"[_(){}\s]+", " ", symbol).strip()
        found = gemmi.find_spacegroup_by_name(cleaned, cell.alpha, cell.gamma)
        if found is not None:
            return str(found.xhm())
    for tag in NUMBER_TAGS:
        value = number(text_of(block, tag))
        if value and 1 <= value <= 230 and value == round(value):
            return str(gemmi.find_spacegroup_by_number(int(value)).xhm())
    if said:
        raise CifError(
            f"The space group ‘{said[0][:40]}’ is not known. Add the symmetry operations to the CIF."
        )
    raise CifError(
        "This CIF names no symmetry: no space group and no operations. Add _space_group_name_H-M_alt."
    )


def _operations(block: gemmi.cif.Block) -> tuple[str, ...]:
    for tag in OPERATION_TAGS:
        listed = [gemmi.cif.as_string(value) for value in block.find_values(tag)]
        if len(listed) > 192:
            raise CifError(
                f"{len(listed)} symmetry operations are listed; a space group has 192 at the most."
            )
        try:
            triplets = [gemmi.Op(text.replace(" ", "").lower()).triplet() for text in listed]
        except (RuntimeError, ValueError) as error:
            raise CifError("A symmetry operation of this CIF cannot be read (x,y,z is expected).") from error
        if triplets:
            return tuple(dict.fromkeys(triplets))
    return ()


def _sites(block: gemmi.cif.Block) -> tuple[Site, ...]:
    found = block.find(
        "_atom_site_",
        [
            "fract_x",
            "fract_y",
            "fract_z",
            "?label",
            "?type_symbol",
            "?occupancy",
            "?U_iso_or_equiv",
            "?B_iso_or_equiv",
        ],
    )
    if len(found) == 0:
        raise CifError(
            "This CIF has no atom sites (_atom_site_fract_x …): only a structure with atoms gives lines."
        )
    if len(found) > MOST_SITES:
        raise CifError(f"{len(found)} atom sites are listed; {MOST_SITES} are the most that are computed.")
    sites = [_site(row) for row in found]
    kept = tuple(site for site in sites if site is not None)
    if not kept:
        raise CifError("No atom site of this CIF has both a known element and three coordinates.")
    return kept


def _site(row: gemmi.cif.Table.Row) -> Site | None:
    """None for a dummy without coordinates (hydrogen that is only counted)."""
    told = [gemmi.cif.as_string(row[place]) if row.has(place) else "" for place in range(8)]
    label = told[3] or told[4]
    place = [number(text) for text in told[:3]]
    if any(text in ("", "?", ".") for text in told[:3]):
        return None
    if any(part is None or abs(part) > 10 for part in place):
        raise CifError(
            f"The coordinates of atom ‘{label[:20]}’ are no fractions of the cell: {', '.join(told[:3])[:60]}."
        )
    element = _element(told[4]) or _element(told[3])
    if element is None:
        raise CifError(f"The element of atom ‘{(label or '?')[:20]}’ is not known.")
    occupancy = number(told[5])
    if occupancy is not None and not 0 <= occupancy <= 1.05:
        raise CifError(f"The occupancy of atom ‘{label[:20]}’ is {occupancy:g}; 0 to 1 is possible.")
    u_iso = number(told[6])
    b_iso = number(told[7])
    if u_iso is None:
        u_iso = b_iso / EIGHT_PI_SQUARED if b_iso is not None else 0.0
    x, y, z = (float(part or 0) for part in place)
    return Site(
        label[:20], element, x, y, z, 1.0 if occupancy is None else min(occupancy, 1.0), max(u_iso, 0.0)
    )


def _element(text: str) -> str | None:
    letters = re.match(r"[A-Za-z]{1,2}", text)
    for end in (2, 1):
        tried = letters.group()[:end] if letters else ""
        found = gemmi.Element(tried) if tried else None
        if found is not None and found.atomic_number > 0:
            return str(found.name)
    return None


def _formula(block: gemmi.cif.Block, sites: tuple[Site, ...]) -> str:
    told = text_of(block, "_chemical_formula_sum") or text_of(block, "_chemical_formula_structural")
    return told or " ".join(dict.fromkeys(site.element for site in sites))


def _source(block: gemmi.cif.Block) -> Source:
    """The article and the entry as the file names them."""
    journal, year, volume, page = (
        text_of(block, f"_journal_{tag}") for tag in ("name_full", "year", "volume", "page_first")
    )
    authors = [gemmi.cif.as_string(value) for value in block.find_values("_publ_author_name")]
    who = authors[0] + (" et al." if len(authors) > 1 else "") if authors else ""
    article = " ".join(part for part in (journal, volume, f"({year})" if year else "", page) if part)
    return Source(
        text=", ".join(part for part in (who, article) if part)[:300],
        journal=journal[:200],
        doi=text_of(block, "_journal_paper_doi")[:120],
        cod_id=(text_of(block, "_cod_database_code") or text_of(block, "_database_code_cod"))[:20],
        certainty="as the CIF states it",
    )


def _refuse_crowded(phase: Phase) -> None:
    """Atoms closer than chemistry allows are a wrong setting or a wrong unit; too many are too slow to compute."""
    operations = len(list(group_of(phase)))
    if len(phase.sites) * operations > MOST_ATOMS * 8:
        raise CifError(
            f"{len(phase.sites)} sites under {operations} operations are more atoms than are computed here."
        )
    volume_per_atom = phase.cell.volume / max(_atoms(phase), 1)
    if volume_per_atom < 1.5:
        raise CifError(
            f"Only {volume_per_atom:.2f} Å³ would be left for each atom: the cell, the sites or the space group "
            "do not belong together."
        )


def _atoms(phase: Phase) -> float:
    """Atoms in the cell, by occupancy; sites on symmetry elements are counted once."""
    total = 0.0
    for site in phase.sites:
        images = {
            tuple(round(part % 1.0, 3) % 1.0 for part in op.apply_to_xyz([site.x, site.y, site.z]))
            for op in group_of(phase)
        }
        total += len(images) * site.occupancy
    return total
