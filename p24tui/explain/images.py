"""Why a file is not shown or taken out, and why a folder is no temporary storage, in plain Swedish."""

from p24tui.i18n import N_

IMAGE_REFUSALS = {
    "not-your-file": N_("Någon annan har sparat filen i mellanlagringen, och bara den personen kan läsa den där."),
    "shows-what": N_("Skriv vad bilden visar: det ska stå i VAS att den finns i Vidiview och vad den visar."),
}

FILE_PROBLEMS = {
    "file-empty": N_("Filen är tom. Be patienten skicka den igen."),
    "file-large": N_("Filen är för stor för att öppnas säkert. Be patienten skicka en mindre."),
    "file-unknown": N_("Filen är av ett slag som inte tas emot. Be patienten skicka en vanlig bild, PDF eller text."),
    "file-script": N_("Filen innehåller något som kan köras som program och öppnas inte. Be patienten skicka en bild."),
    "file-lies": N_("Filen är något annat än den säger sig vara och öppnas inte. Be patienten skicka den på nytt."),
    "file-dimensions": N_("Bilden har för många bildpunkter för att öppnas säkert. Be patienten skicka en mindre."),
    "file-frames": N_("Bilden rör sig i för många steg för att öppnas säkert. Be patienten skicka en stillbild."),
    "file-more": N_("Filen fortsätter efter sitt slut, som när något är gömt i den. Be patienten skicka en ny bild."),
    "file-cut-off": N_("Filen är inte hel: slutet saknas. Be patienten skicka den igen."),
    "file-damaged": N_("Filen är skadad och går inte att öppna. Be patienten skicka den igen."),
    "file-bomb": N_(
        "Filen är gjord för att ta all plats när den öppnas, och öppnas inte. Säg till den som sköter p24tui."
    ),
}
"""Of a file that a patient has sent."""

STORAGE_PROBLEMS = {
    "storage-windows": N_("Mellanlagringen går inte att göra säker i Windows. Bilder visas här men sparas inte ut."),
    "storage-link": N_("Mellanlagringen är en länk eller ingen mapp. Inget sparas där; välj en annan: {path}"),
    "storage-owner": N_("Mellanlagringen ägs av någon annan. Inget sparas där; välj en annan: {path}"),
    "storage-open": N_("Mellanlagringen går inte att stänga för andra. Inget sparas där; välj en annan: {path}"),
    "storage-above": N_("Andra kan flytta mellanlagringen, för de får skriva i {above}. Inget sparas där: {path}"),
    "storage-not-empty": N_(
        "I mellanlagringen ligger något som inte är p24tui:s. Allt där tas bort, så välj en mapp som är tom: {path}"
    ),
    "storage-unusable": N_("Mellanlagringen går inte att använda: {problem}. Inget sparades: {path}"),
}
"""Of the folder of the temporary storage."""

STORAGE_PARTS = {
    "storage": N_("Mellanlagringen går inte att skriva i eller tömma. Inget nytt sparades; se över mappen och disken."),
    "storage-guard": N_("Det som tömmer mellanlagringen går inte att starta, så inget sparades. Försök igen."),
}
