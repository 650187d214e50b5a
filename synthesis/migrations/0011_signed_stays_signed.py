
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('synthesis', '0010_amounts_by_unit'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='boat',
            name='signed_run_stays',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='carbonizationrun',
            name='signed_stays',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='ledgerentry',
            name='signed_making_stays',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='programmesegment',
            name='signed_run_stays',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='sample',
            name='signed_stays',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='boat',
            trigger=pgtrigger.compiler.Trigger(name='signed_run_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM FROM synthesis_carbonizationrun\n  WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.run_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.run_id END)\n    FOR KEY SHARE;\nIF EXISTS (SELECT FROM synthesis_carbonizationrun WHERE signed_at IS NOT NULL\n            AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.run_id END,\n                       CASE WHEN TG_OP <> 'DELETE' THEN NEW.run_id END))\nTHEN\n    RAISE EXCEPTION 'the run is signed: open the review again before it is changed' USING ERRCODE = 'check_violation';\nEND IF;\nIF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\nRETURN NEW;\n", hash='9dd069d3fab0ffbc18af407ebf7d7136f1c73f99', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_signed_run_stays_6caa4', table='synthesis_boat', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='carbonizationrun',
            trigger=pgtrigger.compiler.Trigger(name='signed_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF OLD.signed_at IS NOT NULL AND NEW.signed_at IS NULL AND (\n    SELECT meaning FROM synthesis_signature WHERE run_id = OLD.id AND meaning <> 'decided' ORDER BY id DESC LIMIT 1\n) IS DISTINCT FROM 'reopened'\nTHEN\n    RAISE EXCEPTION '% is signed: open the review again before it is changed', OLD.code\n        USING ERRCODE = 'check_violation';\nEND IF;\nIF OLD.signed_at IS NOT NULL AND NEW.signed_at IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN\n    RAISE EXCEPTION '% is signed: open the review again before it is changed', OLD.code\n        USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n", hash='0c95a2971e514d74301e644a7da92727eada41b0', operation='UPDATE', pgid='pgtrigger_signed_stays_9157b', table='synthesis_carbonizationrun', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ledgerentry',
            trigger=pgtrigger.compiler.Trigger(name='signed_making_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM FROM synthesis_sample\n  WHERE id = NEW.product_id OR (NEW.kind = 'make' AND id = NEW.sample_id) FOR KEY SHARE;\nIF EXISTS (SELECT FROM synthesis_sample WHERE signed_at IS NOT NULL\n            AND (id = NEW.product_id OR (NEW.kind = 'make' AND id = NEW.sample_id)))\nTHEN\n    RAISE EXCEPTION 'the sample is signed: open the review again before it is changed'\n        USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NEW;\n", hash='39727e451dcf9c64472b74cd9d0db609b3e9a94c', operation='INSERT', pgid='pgtrigger_signed_making_stays_6f675', table='synthesis_ledgerentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programmesegment',
            trigger=pgtrigger.compiler.Trigger(name='signed_run_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nPERFORM FROM synthesis_carbonizationrun\n  WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.run_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.run_id END)\n    FOR KEY SHARE;\nIF EXISTS (SELECT FROM synthesis_carbonizationrun WHERE signed_at IS NOT NULL\n            AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.run_id END,\n                       CASE WHEN TG_OP <> 'DELETE' THEN NEW.run_id END))\nTHEN\n    RAISE EXCEPTION 'the run is signed: open the review again before it is changed' USING ERRCODE = 'check_violation';\nEND IF;\nIF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\nRETURN NEW;\n", hash='1cfffccca701d0688c159037cdb12ca1debc0b6a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_signed_run_stays_e2c9f', table='synthesis_programmesegment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sample',
            trigger=pgtrigger.compiler.Trigger(name='signed_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nIF OLD.signed_at IS NOT NULL AND NEW.signed_at IS NULL AND (\n    SELECT meaning FROM synthesis_signature WHERE sample_id = OLD.id AND meaning <> \'decided\' ORDER BY id DESC LIMIT 1\n) IS DISTINCT FROM \'reopened\'\nTHEN\n    RAISE EXCEPTION \'% is signed: open the review again before it is changed\', OLD.code\n        USING ERRCODE = \'check_violation\';\nEND IF;\nIF OLD.signed_at IS NOT NULL AND NEW.signed_at IS NOT NULL AND (\n    (NEW.kind, NEW.code, NEW.name, NEW."group", NEW.project_id, NEW.unit, NEW.made_at, NEW.note, NEW.simulated,\n     NEW.protocol_id, NEW.equipment_id, NEW.signed_at, NEW.created_by_id, NEW.created_at)\n        IS DISTINCT FROM\n    (OLD.kind, OLD.code, OLD.name, OLD."group", OLD.project_id, OLD.unit, OLD.made_at, OLD.note, OLD.simulated,\n     OLD.protocol_id, OLD.equipment_id, OLD.signed_at, OLD.created_by_id, OLD.created_at)\n    OR (NEW.planned, NEW.reasons) IS DISTINCT FROM (OLD.planned, OLD.reasons))\nTHEN\n    RAISE EXCEPTION \'% is signed: open the review again before it is changed\', OLD.code\n        USING ERRCODE = \'check_violation\';\nEND IF;\nRETURN NEW;\n', hash='aeb830efcac9e28cf7916819cd42ace875bbf4fd', operation='UPDATE', pgid='pgtrigger_signed_stays_18298', table='synthesis_sample', when='BEFORE')),
        ),
    ]
