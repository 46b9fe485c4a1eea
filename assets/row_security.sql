-- What the policies of p24tui/store/row_security.py stand on. `p24tui db roles --apply` runs it as the database's owner,
-- with {staff}, {intake} and {worker} replaced by the names of the groups.
--
-- Each function runs as the owner and finds its names in pg_catalog and public alone, whatever the caller's search_path
-- says. Who asks is told by session_user, which neither SET ROLE nor any variable changes.

CREATE OR REPLACE FUNCTION public.p24_person() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.staff_id FROM public.database_roles r JOIN public.staff s ON s.id = r.staff_id
    WHERE r.role = session_user AND s.active
$$;
COMMENT ON FUNCTION public.p24_person() IS 'HSA-id of the active person whose login this is; none for everybody else';

CREATE OR REPLACE FUNCTION public.p24_units() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(u.unit_id ORDER BY u.unit_id), ARRAY[]::text[]) FROM public.staff_units u
    WHERE u.staff_id = public.p24_person()
$$;
COMMENT ON FUNCTION public.p24_units() IS 'The units where the person works';

CREATE OR REPLACE FUNCTION public.p24_controlled() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(r.unit_id), ARRAY[]::text[]) FROM public.staff_roles r
    WHERE r.staff_id = public.p24_person() AND r.role = 'log-controller' AND r.unit_id = ANY (public.p24_units())
$$;
COMMENT ON FUNCTION public.p24_controlled() IS 'The units whose log the person controls';

CREATE OR REPLACE FUNCTION public.p24_other_visits() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(p.visit_id), ARRAY[]::text[]) FROM public.participants p
    WHERE p.staff_id = public.p24_person() AND p.revoked_at IS NULL
$$;
COMMENT ON FUNCTION public.p24_other_visits() IS 'Visits that the person takes part in, at whatever unit';

-- The one place that opens another unit's case: breaking the glass adds its cases here, and every policy follows.
-- An offer counts while it stands, and to the end of the transaction that answers it.
CREATE OR REPLACE FUNCTION public.p24_other_cases() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(seen.case_id), ARRAY[]::text[]) FROM (
        SELECT h.case_id FROM public.handovers h
        WHERE h.to_unit = ANY (public.p24_units())
            AND (h.state = 'offered' OR h.xmin = pg_current_xact_id_if_assigned()::xid)
        UNION
        SELECT g.case_id FROM public.case_guests g WHERE g.staff_id = public.p24_person()
        UNION
        SELECT c.id FROM public.visits v JOIN public.cases c ON c.id = v.case_id AND c.unit_id = v.unit_id
        WHERE v.id = ANY (public.p24_other_visits())
        UNION
        SELECT r.case_id FROM public.registrations r JOIN public.cases c ON c.id = r.case_id
        WHERE r.unit_id = ANY (public.p24_units()) AND c.unit_id <> r.unit_id AND r.withdrawn_at IS NULL
    ) seen
$$;
COMMENT ON FUNCTION public.p24_other_cases() IS 'Cases of other units that the person may see';

CREATE OR REPLACE FUNCTION public.p24_sees(unit_id text, case_id text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(unit_id = ANY (public.p24_units()), false)
        OR coalesce(case_id = ANY (public.p24_other_cases()), false)
$$;
COMMENT ON FUNCTION public.p24_sees(text, text) IS 'What the policy of cases says, for whoever needs it of one case';

CREATE OR REPLACE FUNCTION public.p24_met() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(m.patient_id), ARRAY[]::text[]) FROM public.patient_meetings m
    WHERE m.staff_id = public.p24_person() AND m.met_at > statement_timestamp() - interval '12 hours'
$$;
COMMENT ON FUNCTION public.p24_met() IS 'Patients whom the person has asked for by their number, in a working day';

-- Else a case or a visit made up for a patient of another unit would show who that is.
CREATE OR REPLACE FUNCTION public.p24_knows(patient text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT patient = ANY (public.p24_met())
        OR EXISTS (SELECT FROM public.cases c WHERE c.patient_id = patient AND public.p24_sees(c.unit_id, c.id))
        OR EXISTS (SELECT FROM public.visits v WHERE v.patient_id = patient
            AND (v.unit_id = ANY (public.p24_units()) OR v.id = ANY (public.p24_other_visits())))
$$;
COMMENT ON FUNCTION public.p24_knows(text) IS 'Whether the person may see the patient, as their policy says';

-- Whoever knows a whole identity number may look the patient up, as when a visit is booked (VI-1, VI-6). What makes
-- them visible also writes that into the log, in the same transaction.
CREATE OR REPLACE FUNCTION public.p24_meet(wanted text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who public.staff;
    found_id text;
BEGIN
    SELECT * INTO who FROM public.staff WHERE id = public.p24_person();
    SELECT id INTO found_id FROM public.patients WHERE number = wanted;
    IF who.id IS NULL OR found_id IS NULL OR cardinality(public.p24_units()) = 0 THEN
        RETURN false;
    END IF;
    IF found_id = ANY (public.p24_met()) THEN
        RETURN true;
    END IF;
    INSERT INTO public.patient_meetings (patient_id, staff_id, met_at) VALUES (found_id, who.id, statement_timestamp())
    ON CONFLICT (patient_id, staff_id) DO UPDATE SET met_at = excluded.met_at;
    INSERT INTO public.read_log (at, kind, staff_id, actor, profession, unit_id, place, view, patient_id, patients)
    VALUES (statement_timestamp(), 'profile', who.id, who.name, who.profession, (public.p24_units())[1], 'database', '',
            found_id, '[]');
    RETURN true;
END
$$;
COMMENT ON FUNCTION public.p24_meet(text) IS 'Make the patient with this identity number visible, and log it';

REVOKE ALL ON FUNCTION public.p24_person(), public.p24_units(), public.p24_controlled(), public.p24_other_visits(), public.p24_other_cases(),
    public.p24_sees(text, text), public.p24_knows(text), public.p24_met(), public.p24_meet(text)
    FROM PUBLIC, {intake}, {worker};
GRANT EXECUTE ON FUNCTION public.p24_person(), public.p24_units(), public.p24_controlled(), public.p24_other_visits(), public.p24_other_cases(),
    public.p24_sees(text, text), public.p24_knows(text), public.p24_met(), public.p24_meet(text) TO {staff};
