-- A laboratory of a million samples and three million ledger rows, made set by set with triggers off.
-- What the triggers would have kept true is kept true here by construction and checked afterwards (million.py).
-- Skewed on purpose: few projects hold most samples, few words most names, few lots most uses.
SELECT setseed(0.42);
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL work_mem = '256MB';

CREATE TEMP TABLE word AS SELECT n, CASE
    WHEN n <= 60 THEN (ARRAY['carbon','batch','standard','dry','Mo','Ni','nanosponge','new','repeat','glovebox','powder',
        'washed','series','test','old','fine','coarse','annealed','sieved','milled','reference','β-CD','epichlorohydrin',
        'sulfide','NCM811','Li6PS5Cl','argon','vacuum','slow','fast','ramp','tube','furnace','left','right','spare',
        '纳米海绵','批次','干燥','炉','Kühlfalle','Öl','Trockenraum','séché','trapped','porous','mesoporous','acid','rinse',
        'water','ethanol','toluene','boat','quartz','corundum','student','screening','scale-up','µm','thin'])[n]
    ELSE substr('bcdfglmnprstvz', 1 + (n * 7) % 14, 1) || substr('aeiou', 1 + n % 5, 1)
        || substr('lmnrst', 1 + (n * 5) % 6, 1) || substr('aeiou', 1 + (n * 3) % 5, 1)
        || substr('bdgkmnprst', 1 + (n * 11) % 10, 1) || substr('aeo', 1 + (n / 40) % 3, 1) || to_char(n % 97, 'FM00')
    END AS word
  FROM generate_series(1, 3000) n;
CREATE INDEX ON word (n);
ANALYZE word;
-- The n-th most frequent word comes 1/n as often as the first.
CREATE FUNCTION pg_temp.words(count integer, salt bigint) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(word, ' ') FROM (
        SELECT least(3000, floor(exp(random() * ln(3000.0)))::integer) AS pick FROM generate_series(1, count) OFFSET 0
    ) picked JOIN word ON n = pick WHERE salt IS NOT NULL
$$;

INSERT INTO synthesis_project (id, name, slug, description)
SELECT n, 'Project ' || n || ' ' || initcap((SELECT word FROM word WHERE word.n = 100 + p.n)), 'project-' || n, ''
  FROM generate_series(1, 40) p(n);
INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
SELECT n, '!', n = 1, 'person' || n, 'Person', to_char(n, 'FM00'), '', false, true, now() FROM generate_series(1, 40) n;
-- Person 2 belongs to a large, two middling, a small and a tiny project; person 3 to a tiny one alone.
INSERT INTO synthesis_membership (user_id, project_id, role)
SELECT 2, n, 'manager' FROM unnest(ARRAY[2, 7, 12, 30, 40]) n UNION ALL SELECT 3, 40, 'editor';
INSERT INTO synthesis_material (id, name, short_name, formula, cas_number, molar_mass_g_per_mol, "density_g_per_mL", phase,
    supplier, pictograms, signal_word, hazard_statements, precautionary_statements, low_stock_unit)
SELECT n, coalesce((ARRAY['β-Cyclodextrin','Epichlorohydrin','Sodium hydroxide','Toluene','Span 80','Ammonium heptamolybdate',
        'Nickel nitrate hexahydrate','Ethanol','NCM811','Li6PS5Cl','Indium foil','Super P','Lithium sulfide',
        'Phosphorus pentasulfide','Lithium chloride'])[n], 'Reagent ' || n || ' ' || (SELECT word FROM word WHERE word.n = 200 + m.n)),
    '', coalesce((ARRAY['C42H70O35','C3H5ClO','NaOH','C7H8','C24H44O6','(NH4)6Mo7O24·4H2O','Ni(NO3)2·6H2O','C2H6O','LiNi0.8Co0.1Mn0.1O2',
        'Li6PS5Cl','In','C','Li2S','P2S5','LiCl'])[n], ''), CASE WHEN n <= 60 THEN (1000 + n * 37) || '-' || (10 + n) || '-' || n % 10 ELSE '' END,
    50 + n * 7, 0.8 + n * 0.01, CASE WHEN n IN (2, 4, 5, 8) THEN 'liquid' ELSE 'solid' END, '', '[]', '', '', '', 'g'
  FROM generate_series(1, 80) m(n);
INSERT INTO cells_cathoderecipe (id, project_id, name, version, note, simulated)
SELECT n, n, 'NCM811 composite ' || n, 1, '', false FROM generate_series(1, 40) n;
INSERT INTO cells_recipecomponent (recipe_id, number, role, material, share_wt_percent)
SELECT n, part.number, part.role, part.material, part.share FROM generate_series(1, 40) n,
    (VALUES (1, 'active', 'NCM811', 70), (2, 'electrolyte', 'Li6PS5Cl', 27), (3, 'additive', 'additive', 3)) part(number, role, material, share);

-- What is made when: item i of a kind at the moment t between 0 and 1, in the order of the work.
CREATE TEMP TABLE plan AS
SELECT kind, i, (i - 0.5) / count + late AS t, row_number() OVER (ORDER BY (i - 0.5) / count + late, kind) AS id,
       1 + floor(40 * power(random(), 2.2))::integer AS project
  FROM (VALUES ('lot', 60000, 0.0), ('nanosponge', 60000, 0.002), ('impregnated', 60000, 0.004), ('freeze_dried', 60000, 0.006),
        ('additive', 160000, 0.008), ('electrolyte', 30000, 0.003), ('cathode', 200000, 0.010), ('cell', 370000, 0.012)
       ) kinds(kind, count, late), LATERAL generate_series(1, count) i;
CREATE UNIQUE INDEX ON plan (kind, i);
ANALYZE plan;

-- What goes into what. A parent is taken from the last fiftieth of its kind; the popular lots are far back.
CREATE FUNCTION pg_temp.near(place double precision, count integer) RETURNS integer LANGUAGE sql VOLATILE AS $$
    SELECT 1 + greatest(0, least(count - 1, floor(count * (place - random() * 0.02))::integer)) $$;
CREATE FUNCTION pg_temp.lot(place double precision) RETURNS integer LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN random() < 0.3 THEN 1 + floor(400 * power(random(), 3))::integer ELSE pg_temp.near(place, 60000) END $$;
CREATE TEMP TABLE link (child text, child_i integer, parent text, parent_i integer, role text, grams numeric);
INSERT INTO link SELECT 'nanosponge', i, 'lot', pg_temp.lot(t), role, round((grams * (0.8 + 0.4 * random()))::numeric, 4)
  FROM plan, (VALUES ('cyclodextrin', 20.0), ('cross-linker', 8.0), ('base', 4.0), ('oil phase', 60.0), ('surfactant', 1.2)) r(role, grams)
 WHERE kind = 'nanosponge';
INSERT INTO link SELECT 'impregnated', i, 'nanosponge', pg_temp.near(t, 60000), 'nanosponge', round((4 + 4 * random())::numeric, 4) FROM plan WHERE kind = 'impregnated';
INSERT INTO link SELECT 'impregnated', i, 'lot', pg_temp.lot(t), role, round((0.5 + random())::numeric, 4)
  FROM plan, (VALUES ('Mo salt'), ('Ni salt')) r(role) WHERE kind = 'impregnated';
INSERT INTO link SELECT 'freeze_dried', i, 'impregnated', pg_temp.near(t, 60000), 'wet batch', round((3 + 3 * random())::numeric, 4) FROM plan WHERE kind = 'freeze_dried';
INSERT INTO link SELECT 'electrolyte', i, 'lot', pg_temp.lot(t), role, round((1 + 4 * random())::numeric, 4)
  FROM plan, (VALUES ('Li2S'), ('P2S5'), ('LiCl')) r(role) WHERE kind = 'electrolyte';
-- The first two hundred and fifty cathodes are of one additive of run 1, the first seven hundred and fifty cells of these.
INSERT INTO link SELECT 'cathode', i, 'additive', CASE WHEN i <= 250 THEN 1 ELSE greatest(5, pg_temp.near(t, 160000)) END, 'additive',
       round((0.003 + 0.004 * random())::numeric, 6) FROM plan WHERE kind = 'cathode';
INSERT INTO link SELECT 'cathode', i, 'lot', pg_temp.lot(t), 'NCM811', round((0.1 + 0.1 * random())::numeric, 6) FROM plan WHERE kind = 'cathode';
INSERT INTO link SELECT 'cathode', i, 'electrolyte', pg_temp.near(t, 30000), 'Li6PS5Cl', round((0.03 + 0.04 * random())::numeric, 6) FROM plan WHERE kind = 'cathode';
INSERT INTO link SELECT 'cell', i, 'cathode', CASE WHEN i <= 750 THEN 1 + (i - 1) % 250 ELSE greatest(251, pg_temp.near(t, 200000)) END,
       'composite', round((0.008 + 0.006 * random())::numeric, 6) FROM plan WHERE kind = 'cell';
-- Every seventh cell has its anode from lot 1: more than fifty thousand uses of one lot.
INSERT INTO link SELECT 'cell', i, 'lot', CASE WHEN i % 7 = 0 THEN 1 ELSE pg_temp.lot(t) END, 'anode', round((0.1 + 0.02 * random())::numeric, 6) FROM plan WHERE kind = 'cell';
-- The furnace: four boats to a run, each with its own source and its own additive.
CREATE TEMP TABLE boat AS
SELECT i, 1 + (i - 1) / 4 AS run, 1 + (i - 1) % 4 AS number, pg_temp.near(t, 60000) AS source, t,
       round((0.18 + 0.25 * random())::numeric, 3) AS share, NULL::numeric AS made FROM plan WHERE kind = 'additive';

-- What was made is what was used and a rest; of a third, nothing is left.
CREATE TEMP TABLE made AS
SELECT plan.kind, plan.i, CASE WHEN plan.kind = 'cell' THEN 1 ELSE
       round(coalesce(used, 0) + CASE WHEN random() < 0.33 AND used > 0 THEN 0 ELSE 0.2 + coalesce(used, 0) * random() * 0.8 END::numeric, 6) END AS grams
  FROM plan LEFT JOIN (SELECT parent, parent_i, sum(grams) AS used FROM link GROUP BY 1, 2) taken
    ON taken.parent = plan.kind AND taken.parent_i = plan.i
 WHERE plan.kind <> 'freeze_dried';
INSERT INTO link SELECT 'additive', boat.i, 'freeze_dried', boat.source, 'boat ' || boat.number, round(made.grams / boat.share, 6)
  FROM boat JOIN made ON made.kind = 'additive' AND made.i = boat.i;
INSERT INTO made SELECT plan.kind, plan.i, round(coalesce(used, 0) + CASE WHEN random() < 0.4 AND used > 0 THEN 0 ELSE 0.5 + random() END::numeric, 6)
  FROM plan LEFT JOIN (SELECT parent_i, sum(grams) AS used FROM link WHERE parent = 'freeze_dried' GROUP BY 1) taken ON taken.parent_i = plan.i
 WHERE plan.kind = 'freeze_dried';
CREATE UNIQUE INDEX ON made (kind, i);
CREATE INDEX ON link (parent, parent_i);
ANALYZE link; ANALYZE made; ANALYZE boat;

-- Cathodes are kept in mg, cells in pieces, all else in g.
CREATE TEMP TABLE body AS
SELECT plan.*, made.grams * CASE WHEN plan.kind = 'cathode' THEN 1000 ELSE 1 END AS made,
       (made.grams - CASE WHEN plan.kind = 'cell' THEN 0 ELSE coalesce(used, 0) END) * CASE WHEN plan.kind = 'cathode' THEN 1000 ELSE 1 END AS rest,
       CASE plan.kind WHEN 'cathode' THEN 'mg' WHEN 'cell' THEN 'piece' ELSE 'g' END AS unit,
       timestamptz '2019-01-07 08:00+00' + t * interval '2850 days' AS at,
       (ARRAY['SP', 'NPCs', 'Mo@NPCs', 'Mo-Ni@NPCs', 'NPCs', 'Mo@NPCs', 'Mo@NPCs', 'Fe@NPCs', 'Co-N-C', 'CNT'])
           [1 + floor(10 * power(random(), 0.8))::integer] AS additive, random() AS dice
  FROM plan JOIN made USING (kind, i)
  LEFT JOIN (SELECT parent, parent_i, sum(grams) AS used FROM link GROUP BY 1, 2) taken ON taken.parent = plan.kind AND taken.parent_i = plan.i;
CREATE UNIQUE INDEX ON body (kind, i);
ANALYZE body;
INSERT INTO synthesis_sample (id, code, kind, name, "group", project_id, unit, amount_made, amount_left, made_at, place, state, note,
    simulated, planned, reasons, created_at, created_by_id)
SELECT body.id, prefix || '-' || to_char(i, 'FM000000'), body.kind,
    CASE body.kind WHEN 'lot' THEN (SELECT name FROM synthesis_material m WHERE m.id = 1 + i % 80) || ', ' || pg_temp.words(1, i)
         WHEN 'nanosponge' THEN 'β-CD nanosponge ' || pg_temp.words(2, i) WHEN 'additive' THEN additive || ' ' || pg_temp.words(2, i)
         WHEN 'cell' THEN CASE WHEN dice < 0.5 THEN '' ELSE additive || ' ' || pg_temp.words(1, i) END
         ELSE pg_temp.words(3, i) END,
    CASE WHEN body.kind IN ('additive', 'cathode', 'cell') THEN additive ELSE '' END,
    project, unit, made, rest, at,
    CASE WHEN dice < 0.8 THEN 'Lab ' || 1 + i % 6 || ', cabinet ' || 1 + i % 17 || ', shelf ' || 1 + i % 4 ELSE '' END,
    CASE WHEN dice < 0.004 THEN 'hold' WHEN dice < 0.007 THEN 'rejected' WHEN dice > 0.997 THEN 'in_progress' ELSE 'available' END,
    CASE WHEN dice BETWEEN 0.3 AND 0.6 THEN pg_temp.words(4 + i % 16, i) ELSE '' END,
    false, '{}', '{}', at, 2 + i % 38
  FROM body JOIN (VALUES ('lot', 'LOT'), ('nanosponge', 'NS'), ('impregnated', 'IM'), ('freeze_dried', 'FD'), ('additive', 'CCA'),
       ('electrolyte', 'LPSC'), ('cathode', 'CAT'), ('cell', 'CELL')) prefixes(kind, prefix) USING (kind)
 ORDER BY body.id;
INSERT INTO synthesis_codecounter SELECT prefix, last FROM (VALUES ('LOT', 60000), ('NS', 60000), ('IM', 60000), ('FD', 60000),
    ('CCA', 160000), ('LPSC', 30000), ('CAT', 200000), ('CELL', 370000), ('CR', 40000)) counted(prefix, last);

INSERT INTO synthesis_ledgerentry (sample_id, kind, delta, product_id, role, entered, reason, created_at, created_by_id)
SELECT * FROM (
    SELECT id, 'make', made, NULL::bigint, '', made::text || ' ' || unit, '', at, 2 + id % 38 FROM body WHERE made > 0
    UNION ALL
    SELECT source.id, 'use', -grams * CASE WHEN source.kind = 'cathode' THEN 1000 ELSE 1 END, product.id, role,
           grams::text || ' g', '', product.at, 2 + product.id % 38
      FROM link JOIN body source ON source.kind = parent AND source.i = parent_i JOIN body product ON product.kind = child AND product.i = child_i
) entry(sample_id, kind, delta, product_id, role, entered, reason, at, by) ORDER BY at, kind;

INSERT INTO synthesis_materiallot (sample_ptr_id, material_id, supplier, lot_number, purity_percent, expires_on)
SELECT id, 1 + i % 80, (ARRAY['Sigma-Aldrich', 'Alfa Aesar', 'TCI', 'Aladdin', 'Macklin', '国药', 'Merck'])[1 + i % 7],
       upper(substr(md5(i::text), 1, 3)) || lpad(((i::bigint * 7919) % 1000000)::text, 6, '0'), 95 + (i % 50) / 10.0, date '2021-01-01' + i % 3000
  FROM body WHERE kind = 'lot';
INSERT INTO synthesis_nanospongebatch (sample_ptr_id, "stirring_speed_rpm", "reaction_temperature_degC", reaction_time_h, washing, drying, "wet_yield_g")
SELECT id, 300 + i % 400, 40 + i % 60, 2 + i % 22, '', '', made * 2 FROM body WHERE kind = 'nanosponge';
INSERT INTO synthesis_impregnatedbatch (sample_ptr_id, solvent, "solvent_volume_mL", soak_time_h, "soak_temperature_degC")
SELECT id, 'water', 50 + i % 100, 6 + i % 40, 20 + i % 40 FROM body WHERE kind = 'impregnated';
INSERT INTO synthesis_freezedriedbatch (sample_ptr_id, "temperature_degC", "pressure_Pa", time_h)
SELECT id, -80 + i % 40, 1 + i % 30, 12 + i % 60 FROM body WHERE kind = 'freeze_dried';
INSERT INTO synthesis_electrolytebatch (sample_ptr_id, composition, mill_speed_rpm, mill_time_h, "anneal_temperature_degC", anneal_time_h, "ionic_conductivity_mS_per_cm")
SELECT id, 'Li6PS5Cl', 300 + i % 300, 5 + i % 30, 500 + i % 60, 4 + i % 12, 0.5 + 4 * random() FROM body WHERE kind = 'electrolyte';
INSERT INTO synthesis_carbonadditive (sample_ptr_id, supplier, lot_number)
SELECT id, '', '' FROM body WHERE kind = 'additive';
INSERT INTO cells_cathodebatch (sample_ptr_id, recipe_id, target_mass_mg, mixing_method, mixing_time_min)
SELECT id, project, 200, 'mortar', 20 + i % 40 FROM body WHERE kind = 'cathode';
INSERT INTO cells_cell (sample_ptr_id, format, composite_mass_mg, active_mass_mg, area_cm2, separator, anode, "lower_voltage_V", "upper_voltage_V",
    voltage_reference, c_rate, first_direction, left_out, left_out_reason)
SELECT id, (ARRAY['die', 'die', 'die', 'pouch', 'coin', 'ion_blocking'])[1 + i % 6], 10 + (i % 50) / 10.0, 7 + (i % 30) / 10.0, 0.785, 'Li6PS5Cl', 'Li-In', 1.4, 3.7,
       'In-InLi', 0.1, '', false, '' FROM body WHERE kind = 'cell';
INSERT INTO synthesis_carbonizationrun (id, code, project_id, furnace, atmosphere, "flow_mL_per_min", started_at, "highest_temperature_degC",
    note, simulated, planned, reasons, created_at, created_by_id)
SELECT run, 'CR-' || to_char(run, 'FM000000'), min(project), 'Tube furnace ' || 1 + run % 5, 'N2', 50 + run % 100, min(at), 500 + run % 500 + 3,
       CASE WHEN run % 5 = 0 THEN pg_temp.words(6, run) ELSE '' END, false, '{}', '{}', min(at), 2 + run % 38
  FROM boat JOIN body ON body.kind = 'additive' AND body.i = boat.i GROUP BY run;
INSERT INTO synthesis_programmesegment (run_id, number, "from_degC", "to_degC", "rate_degC_per_min", hold_h)
SELECT run, part, CASE part WHEN 1 THEN 25 ELSE 200 END, CASE part WHEN 1 THEN 200 ELSE 500 + run % 500 END, 2 + run % 6, CASE part WHEN 1 THEN 0.5 ELSE 1 + run % 4 END
  FROM generate_series(1, 40000) run, generate_series(1, 2) part;
INSERT INTO synthesis_boat (run_id, number, source_id, additive_id, "mass_in_g", "mass_out_g")
SELECT run, number, source.id, product.id, link.grams, product.made
  FROM boat JOIN link ON link.child = 'additive' AND link.child_i = boat.i
  JOIN body source ON source.kind = 'freeze_dried' AND source.i = boat.source JOIN body product ON product.kind = 'additive' AND product.i = boat.i;
