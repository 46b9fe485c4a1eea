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

-- The one place that opens another unit's case to work in: every policy follows. What is only read by breaking the glass
-- stands in p24_read_cases(). An offer counts while it stands, and to the end of the transaction that answers it.
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
COMMENT ON FUNCTION public.p24_other_cases() IS 'Cases of other units that the person may see and work in';

CREATE OR REPLACE FUNCTION public.p24_sees(unit_id text, case_id text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(unit_id = ANY (public.p24_units()), false)
        OR coalesce(case_id = ANY (public.p24_other_cases()), false)
$$;
COMMENT ON FUNCTION public.p24_sees(text, text) IS 'Whether the person may see the case and work in it, for whoever needs it of one case';

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

-- What is read by breaking the glass, until it ends by the database's clock and never of somebody protected (PR-1). Only
-- the case, the patient, the messages and the forms are shown by it, and nothing may be written.
CREATE OR REPLACE FUNCTION public.p24_read_cases() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT c.id), ARRAY[]::text[]) FROM public.break_glass b
    JOIN public.patients p ON p.id = b.patient_id
    JOIN public.cases c ON c.patient_id = b.patient_id AND b.units::jsonb ? c.unit_id
    WHERE b.staff_id = public.p24_person() AND b.ends_at > statement_timestamp()
        AND p.protection NOT IN ('sekretessmarkering', 'skyddad-folkbokforing')
        AND NOT public.p24_sees(c.unit_id, c.id)
$$;
COMMENT ON FUNCTION public.p24_read_cases() IS 'Cases of other units that the person may read and no more';

CREATE OR REPLACE FUNCTION public.p24_reviewed_units() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT r.unit_id), ARRAY[]::text[]) FROM public.staff_roles r
    WHERE r.staff_id = public.p24_person() AND r.role IN ('head', 'log-controller')
        AND r.unit_id = ANY (public.p24_units())
$$;
COMMENT ON FUNCTION public.p24_reviewed_units() IS 'The units where the person reviews what others have read';

CREATE OR REPLACE FUNCTION public.p24_reviewed_patients() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT b.patient_id), ARRAY[]::text[]) FROM public.break_glass b
    WHERE b.reviewed_at IS NULL AND b.staff_id <> public.p24_person()
        AND b.units::jsonb ?| public.p24_reviewed_units()
$$;
COMMENT ON FUNCTION public.p24_reviewed_patients() IS 'Patients of the readings that the person is to review';

CREATE OR REPLACE FUNCTION public.p24_unreviewed(read_units text[], before timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FROM public.break_glass b
    WHERE public.p24_person() IS NOT NULL AND b.reviewed_at IS NULL AND b.begun_at < before
        AND b.units::jsonb ?| read_units
$$;
COMMENT ON FUNCTION public.p24_unreviewed(text[], timestamptz) IS 'How many readings begun before then nobody has reviewed';

-- The one way in which somebody under a role of their own begins to read beyond their units (LO-1). It is logged whatever
-- comes of it: none where the patient has nothing elsewhere, no units where the patient is protected (PR-1), and else the
-- units that may be read, until at most an hour from now.
CREATE OR REPLACE FUNCTION public.p24_break_glass(
    id text, wanted text, ground text, words text, minutes integer, at_unit text, place text
) RETURNS text[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    glass_id ALIAS FOR $1;
    reason ALIAS FOR $3;
    said ALIAS FOR $4;
    seat ALIAS FOR $7;
    now_at timestamptz := statement_timestamp();
    ends timestamptz := now_at + make_interval(mins => minutes);
    who public.staff;
    patient public.patients;
    elsewhere text[];
    one record;
    event bigint;
BEGIN
    SELECT * INTO who FROM public.staff s WHERE s.id = public.p24_person();
    IF who.id IS NULL OR who.profession NOT IN ('nurse', 'doctor', 'psychologist')
        OR coalesce(at_unit = ANY (public.p24_units()), false) IS FALSE
        OR coalesce(reason IN ('life', 'suicide', 'here', 'consent'), false) IS FALSE
        OR coalesce(btrim(said), '') = '' OR length(said) > 500 OR length(seat) > 200
        OR coalesce(wanted, '') = '' OR coalesce(glass_id, '') !~ '^[[:alnum:]_-]{{1,64}}$'
        OR coalesce(minutes BETWEEN 1 AND 60, false) IS FALSE THEN
        RAISE EXCEPTION 'p24_break_glass: may not begin' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO patient FROM public.patients p WHERE p.number = wanted;
    INSERT INTO public.read_log (at, kind, staff_id, actor, profession, unit_id, place, view, patient_id, patients, why)
    VALUES (now_at, 'break-glass', who.id, who.name, who.profession, at_unit, coalesce(nullif(seat, ''), 'database'), '',
            patient.id, '[]', 'break-glass:' || glass_id);
    SELECT array_agg(DISTINCT c.unit_id ORDER BY c.unit_id) INTO elsewhere FROM public.cases c
    WHERE c.patient_id = patient.id AND c.unit_id <> ALL (public.p24_units());
    IF elsewhere IS NULL THEN
        RETURN NULL;
    END IF;
    IF patient.protection IN ('sekretessmarkering', 'skyddad-folkbokforing') THEN
        RETURN ARRAY[]::text[];
    END IF;
    INSERT INTO public.break_glass (id, staff_id, staff_name, profession, unit_id, patient_id, units, ground, words,
                                    begun_at, ends_at, reviewed_by_name, review_words)
    VALUES (glass_id, who.id, who.name, who.profession, at_unit, patient.id, to_json(elsewhere), reason, said,
            now_at, ends, '', '');
    FOR one IN SELECT c.id, c.unit_id FROM public.cases c
        WHERE c.patient_id = patient.id AND c.unit_id = ANY (elsewhere) ORDER BY c.id
    LOOP
        INSERT INTO public.events (at, kind, case_id, unit_id, staff_id, actor, profession, place, rule, details)
        VALUES (now_at, 'break-glass.begun', one.id, one.unit_id, who.id, who.name, who.profession,
                coalesce(nullif(seat, ''), 'database'), 'LO-1',
                json_build_object('break_glass', glass_id, 'ground', reason, 'until', ends))
        RETURNING seq INTO event;
        INSERT INTO public.changes (xid, at, unit_id, case_id, event_seq)
        VALUES (pg_current_xact_id()::text::bigint, now_at, one.unit_id, one.id, event);
    END LOOP;
    RETURN elsewhere;
END
$$;
COMMENT ON FUNCTION public.p24_break_glass(text, text, text, text, integer, text, text) IS
    'Begin to read what the patient with this identity number has at units where one does not work, and log it';

REVOKE ALL ON FUNCTION public.p24_person(), public.p24_units(), public.p24_controlled(), public.p24_other_visits(), public.p24_other_cases(),
    public.p24_sees(text, text), public.p24_knows(text), public.p24_met(), public.p24_meet(text),
    public.p24_read_cases(), public.p24_reviewed_units(), public.p24_reviewed_patients(),
    public.p24_unreviewed(text[], timestamptz),
    public.p24_break_glass(text, text, text, text, integer, text, text)
    FROM PUBLIC, {intake}, {worker};
GRANT EXECUTE ON FUNCTION public.p24_person(), public.p24_units(), public.p24_controlled(), public.p24_other_visits(), public.p24_other_cases(),
    public.p24_sees(text, text), public.p24_knows(text), public.p24_met(), public.p24_meet(text),
    public.p24_read_cases(), public.p24_reviewed_units(), public.p24_reviewed_patients(),
    public.p24_unreviewed(text[], timestamptz),
    public.p24_break_glass(text, text, text, text, integer, text, text) TO {staff};
