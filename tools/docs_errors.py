"""docs/errors.md: the codes of messages and the fixtures that cause them come in, one entry for each code goes out."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.words import read_words

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = Path("tests/fixtures")
HEAD = """# Messages

Generated from engine/words/ and from the fixtures of the tests (`make docs`).

A message reads `file:line:column: code: what is wrong. Expected: what would be right. Did you mean …?`, in French or
in English (`--lang`). All faults of an input are told at once, sorted by place. The codes are stable: scripts may rely
on them, and not on the words. Exit status 1 means that an input is at fault, 2 that the command was called wrongly.
A warning says so before its words; it changes the exit status of `avenant check --strict` only.

`<…>` stands for what the message fills in. Each example is what the command prints for the fixture named, with the line
that it points at.
"""

# For each code, what causes it and what to do; the sections follow the way of a file through the program.
SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Reading a file": {
        "file-missing": "The path is wrong, or is a link to a file that is gone.",
        "file-unreadable": "The file may not be read by you, or is a folder. The reason is the system's.",
        "file-too-large": "No case or rule file comes near the limit: this is another kind of file.",
        "file-empty": "The file holds nothing, or comments only. Write its content, or delete it.",
        "wrong-encoding": "The file was saved in Latin-1, Windows-1252 or UTF-16. Save it again as UTF-8.",
        "yaml-syntax": "Often a bracket or a quote is not closed, or a comma has no value before it. Look at the line"
        " before too.",
        "yaml-colon": "A text with `: ` in it is not quoted, a line lacks its colon, or a line is indented more"
        " than its neighbours. Look at the line before too.",
        "yaml-indentation": "A line has a space too few or too many, or a dash is missing. The fault may stand some"
        " lines above.",
        "yaml-open": "The place is where the parser lost hope; what is open may stand above.",
        "yaml-quotes": "A text is quoted whole or not at all; inside double quotes an apostrophe stands as it is.",
        "yaml-comment": "A sign of number after a space begins a comment, and cuts the text short.",
        "yaml-after-colon": "Without the space, key and value are one word.",
        "yaml-space": "Word processors write it before a colon or a sign; YAML takes it for a letter.",
        "yaml-sign": "`%`, `@` and the backquote mean something else to YAML.",
        "yaml-escape": "In double quotes a backslash begins an escape.",
        "too-many-faults": "What is wrong in the same way many times is often one fault above: look at the first ones.",
        "yaml-character": "A control character came in by copying, or is written as an escape such as `\\e`. Delete it;"
        " an editor can show invisible characters. A key has no line break either.",
        "yaml-duplicate-key": "YAML would keep the last value and lose the first without a word. Delete or rename one.",
        "yaml-empty-value": "`key:` with nothing after it is null, and so is a part of a text that has a comma inside"
        " `{…}`: `{fr: Secteur 1, ou 2}` has a key `ou 2`. Quote the text, give a value, or leave the key out.",
        "yaml-boolean": "YAML 1.1 reads yes, no, on and off as booleans, and not everyone does. Write `true` or"
        " `false`, or quote the word where it is meant as text.",
        "yaml-number": "`0775` is octal in YAML, `12:30` is 750, and `1e3` is a float. Write plain digits, or quote"
        " what is meant as text.",
        "yaml-tab": "YAML forbids tabs where it counts indentation, and here they are refused everywhere.",
        "yaml-anchor": "What a rule says must stand where the rule stands. Write the value out, or give it an id and"
        " refer to it with `ref`.",
        "yaml-tag": "Tags such as `!!str` change types behind the schema's back. Quote a text instead.",
        "yaml-key": "A key is a list, a mapping or an alias, often because of a `?` or of brackets that were meant for"
        " the value.",
        "yaml-several-documents": "Only the first document would be read. Delete `---`, or make two files.",
        "too-deep": "Name a part as an item of its own and refer to it with `ref`.",
        "too-many-nodes": "Split the file in two: a convention may have any number of rule files.",
    },
    "Shape": {
        "unknown-key": "A word is misspelt, or belongs to another kind of item. An editor that reads the"
        " `yaml-language-server` line offers the keys that exist.",
        "missing-key": "The key is required here, or required by another key beside it.",
        "wrong-type": "A text stands where a list or a mapping is wanted, or a number in quotes. Dates in rule files"
        " are texts.",
        "wrong-value": "The value is none of those listed, or not of the form described. The id of a convention is the"
        " name of its folder; ids are ASCII snake_case.",
        "wrong-form": "The keys do not go together: a condition has one form and one operator, a quantity one body, a"
        " value is given or `unpublished` but not both.",
    },
    "Meaning of a policy": {
        "duplicate-id": "Ids are unique in a convention, over all kinds of items, derogations, rules and overlays;"
        " `annee.debut` is built in. Choices of an interpretation and steps of a scale are unique among themselves.",
        "case-repeated": "Two cases of one suite have one name; a list of differences could not tell them apart.",
        "unknown-fact": "In a rule or in a case: the fact is misspelt or in another group. `schemas/case.schema.json`"
        " lists the facts.",
        "unknown-item": "A `ref` or a `criterion` names no item of the convention. Obligations and derogations have no"
        " value to refer to.",
        "unknown-interpretation": "The question is not declared under `interpretations` of convention.yaml. On the"
        " command line, `avenant list` shows the questions; exit status 2.",
        "unknown-value": "The fact, scale, outcome or interpretation has no such value: the comparison would never"
        " hold. With `--interpret`, exit status 2.",
        "unknown-input": "A cell of a row must have the name of an input of its table.",
        "unknown-source": "Declare the source under `sources` of convention.yaml, or mend the name.",
        "unknown-derogation": "An overlay adds derogations that its own file declares under `derogations`.",
        "missing-citation": "Every statement of law names its source. On a table or parameter the item may cite for all"
        " its rows; a quantity must cite where it holds a number of law.",
        "missing-label": "What a person reads exists in both languages, and is more than spaces.",
        "missing-unit": "Give every number its unit, or `none`, so that comparisons and sums can be checked.",
        "missing-value": "`by_outcome` must say what each value of the outcome gives.",
        "not-a-criterion": "Rules of an outcome look at the verdicts of criteria. Make a criterion of the condition.",
        "not-a-verdict": "A guard: the schema lets no other condition into the rules of an outcome.",
        "cycle": "An item needs its own result, perhaps through others; the chain is shown. Break it at the item that"
        " should not know.",
        "type-mismatch": "Two units are compared or added, a text stands where a number or a date is wanted, or a `ref`"
        " names an obligation, which has no value.",
        "wrong-operator": "Names have no order, and only facts whose absence says something can be `known`.",
        "not-ordered": "A property of the law compares two cases by a fact and a result of which one can have more than"
        " the other.",
        "scale-mismatch": "Patients are whole and euros have cents, so a percentage or a quotient of them must say how"
        " it is rounded.",
        "never-holds": "To react to what does not apply, use `applies_when` or `unless`, or a rule of an outcome over"
        " the verdict `not_applicable`.",
        "known-not-allowed": "A missing fact is unknown, and a rule cannot turn that into an answer. Only facts marked"
        " `x-absence: answer` in the case schema (an event that did not happen, a figure not notified) may be asked"
        " for with `known`.",
        "wrong-date": "The day is not in the calendar, or not written as year-month-day.",
        "number-form": "Numbers are digits alone, with a point before decimals: no quotes, spaces, signs of"
        " currency or units.",
        "boolean-form": "The two values are `true` and `false`, without quotes.",
        "number-decimals": "A point stands before decimals and never between thousands. Write the number without"
        " it, or with as many decimals as the unit has.",
        "day-missing": "The month has fewer days, or the year is not a leap year.",
        "row-overlap": "Give one of the rows a narrower cell: for every input one row decides, whatever the order.",
        "row-gap": "Add a row (with `unpublished` where the sources are silent), or close the table with"
        " `applies_when`.",
        "unreachable-row": "Its cells ask for values that the inputs cannot have, or bounds that leave nothing.",
        "unreachable-rule": "The rule asks for verdicts that cannot occur, or not together.",
        "outcome-gap": "Add a rule for these verdicts, or declare under `excluded` why they cannot occur.",
        "outcome-conflict": "Make one of the rules narrower, or declare under `excluded` why these verdicts cannot"
        " occur together.",
        "outcome-open": "Split the outcome or the table in two, through an item in between.",
        "overlay-mismatch": "What an overlay brings must be of the type of what it replaces, an outcome for an"
        " outcome and an obligation for an obligation, and every name in it must exist in the contract's own"
        " convention or in the overlay's. What two texts bring along under one id must say the same.",
        "supposed-fact": "A right or an assumption supposes an event that did not happen, or a figure that was not"
        " notified: a fact with `x-absence: answer`. Any other absent fact is missing, and asked for.",
        "overlay-when": "Which overlays are in force must be known before any item is computed. Ask for an"
        " interpretation, or whether a fact such as `contrat.date_avenant_65_ans` is known.",
        "item-aside": "All that stands in a file with `overlays` is for older contracts: those of this convention"
        " do not have it. What both have stands in another file.",
        "overlay-covers-nothing": "The window `signed` of the overlay meets no older convention of this beneficiary.",
        "results-differ": "A headline result is the same in every convention of a folder, so that answers can be laid"
        " side by side and added up: give it one role.",
        "role-mismatch": "The verdict is an outcome, the maximum and the amount due are amounts in euros, and each role"
        " has one item. `better` lists the values of an outcome from the worst to the best; a number has `more` or"
        " `less`.",
        "window-gap": "Contracts signed in between would have no rules. Move a date, or add the convention.",
        "window-overlap": "Contracts signed from that day on would have two sets of rules. Give the older convention an"
        " end (`before`, excluded).",
        "window-empty": "`before` is excluded, so it must come after `from`; for a convention and for an overlay.",
        "amends-early": "What a text amends is older than itself, and ends on its first day by itself.",
        "to-fill": "`avenant new` leaves the mark where only the text itself can say what to write.",
        "difference-gone": "`avenant test` says what comes out: take the line out, or write what it says.",
        "change-untested": "What a text changes has tests of its own: those of the amended text say what it keeps.",
        "change-of-nothing": "`change` gives a part of an item, and the rest is that of the text amended. Name it in"
        " convention.yaml (`amends`), or write the item out.",
        "removed-read": "What goes takes along what reads it, or that is changed so as not to read it any more.",
        "said-twice": "A text removes an item, changes it or writes it anew, and does one of these once.",
        "unknown-part": "A part is removed by its name, a row by all its cells, as the text amended has them.",
        "value-late": "A contract signed on the convention's first days would have no value. Add the earlier one, or"
        " `unpublished`.",
        "value-order": "Write the values of a parameter from the oldest to the newest, each day once.",
        "too-many-rules": "The inference engine takes 60 conjunctions safely, over all the rules of an outcome. Make a"
        " criterion of a part of the rule; a list of verdicts costs nothing.",
        "no-convention-file": "A folder with rule files needs a convention.yaml; other YAML files belong elsewhere.",
        "no-conventions": "The folder given holds no folder with a convention.yaml: give the folder above or below.",
        "file-unread": "Rules are `*.yaml` beside convention.yaml, and tests `tests/*_test.yaml`, directly in those"
        " folders. Rename the file, or keep it elsewhere; pages end with `.md`.",
        "file-repeated": "A warning: rules were copied with the citations of the other text. Cite the new, or amend.",
        "no-tests": "A warning. Write at least one case whose answer the text gives.",
        "empty-convention": "A head without rules would decide nothing and say so of every case.",
        "unused-source": "A warning. Cite it where a rule rests on it, or delete it.",
        "unused-interpretation": "A warning: whoever answers the question changes nothing. Ask it in a condition,"
        " or delete it.",
        "unused-parameter": "A warning: its number decides nothing. Often the number stands once more where the"
        " parameter should be read.",
        "unused-criterion": "A warning: `any_criterion` and `every_criterion` range over the criteria of their own"
        " file. Move the criterion beside its outcome, name it there, or say `informs: true` where it is only"
        " told.",
        "unused-derogation": "A warning: it makes no criterion met. Add it in an overlay, or write it in its"
        " criterion.",
        "value-never": "A warning: the first value of a parameter holds from the first day of the text, and none"
        " begins a generation later. Often a digit of the year is wrong.",
        "source-never": "A warning: the source is dated a generation before or after the text. Often a digit is wrong.",
        "citation-older": "A warning: a source may announce a change, up to a year ahead, and a legal text of the time"
        " of its convention sets any day to come. Cite the text that made it.",
        "literal-restated": "A warning, in comparisons in the parameter's unit. Read the parameter with `ref`; where"
        " the two are alike by chance, declare the number as a parameter of its own.",
        "label-same": "A warning. Translate it.",
        "label-language": "A warning, from the commonest words of both languages. Translate it, or swap the two.",
        "missing-value-label": "Whoever reads the answer would see the id. Values that the engine has words for,"
        " such as `eligible`, need none.",
        "overlay-repeated": "The file came along when a folder was copied for a new text. Delete it: what the older"
        " text changes in running contracts stays as it is.",
        "overlay-early": "A text changes running contracts from the day on which it holds itself. Move the day.",
        "unit-changed": "A warning. What reads the item counts in the unit of before.",
        "number-negative": "A warning: amounts and counts are not. What is taken away is written with `subtract`.",
        "percent-small": "A warning: percents are written 80, not 0.8.",
        "value-unoffered": "A warning: such a case is outside the text by that fact alone, so nothing here decides it.",
        "refusal-missing": "A warning: a page would name the criterion instead of saying why the case is refused.",
        "number-leap": "A warning, against the text before or the dated value before. Nothing to do where the"
        " number is right.",
        "number-digits": "A warning, against the text before or the dated value before. Nothing to do where the"
        " number is right.",
        "comparison-reversed": "A warning: the comparison was turned round. Nothing to do where the new text says so.",
        "comparison-always": "A warning: the case schema gives the range of the fact. Often a unit is wrong.",
        "comparison-never": "A warning, as above.",
        "folder-missing": "The path after `--policies` is wrong.",
        "folder-exists": "A new text is written into a folder of its own, and never over one that is there.",
    },
    "A case": {
        "case-not-a-mapping": "A case is a mapping of groups; to decide several cases, give several files.",
        "case-group": "A group holds facts: `medecin: {secteur: secteur_1}`.",
        "missing-signature": "Everything else may be missing, and then counts as unknown; without the date of signature"
        " there are no rules to apply.",
        "fact-type": "A number or a boolean stands in quotes, or a text in place of one. A date is a day of the"
        " calendar, written year-month-day.",
        "fact-value": "The fact is one of the values listed.",
        "fact-range": "The value cannot be right, whatever the contract.",
        "fact-decimals": "The rules count with as many decimals as the fact has, and round nothing silently.",
        "fact-order": "Dates of a life and of a contract follow one another.",
        "fact-twice": "A fact stands alone under its whole name or in its group, not in both.",
        "count-order": "Notified thresholds grow.",
        "no-rules": "The policies say themselves that they hold no rules for that day (`without_rules`); the commands"
        " answer with a page of what is known.",
        "value-not-offered": "The text says which values of the fact it knows (`knows` in its convention.yaml); an"
        " option that came later is none of them.",
        "facts-contradict": "Both facts are possible, but not together: one of them is wrong. What must hold"
        " between facts is declared under `consistency` in the rules, or `x-consistency` in the case schema.",
    },
    "A dossier": {
        "case-is-dossier": "A dossier has a case and events, and is followed year by year. Use"
        " `avenant timeline`, or give the facts of `case` alone.",
        "dossier-is-case": "The facts stand at the top, so there are no events to follow. Use"
        " `avenant evaluate`, or put the facts under `case:` and what happened under `events:`.",
        "dossier-fact": "A dossier holds every year of a contract: what holds for one year stands in the follow-up"
        " of that year.",
        "event-fact": "Each type of event states its own facts. A figure of a year belongs to `suivi`, what was known"
        " at the signature to the case.",
        "event-needs": "An amendment that changes the option says which option; a follow-up gives its figures.",
        "event-year-needed": "Figures do not say by themselves which year they judge: those of the third anniversary"
        " are often taken some months before it.",
        "event-year-unused": "Only follow-ups judge a year. The other events count from their day on.",
        "event-order": "A life reads from top to bottom. One of the two dates may be wrong: look at both before moving"
        " one.",
        "event-twice": "There is one hire, one extension, one termination; and no two events of a type on one day.",
        "event-year-twice": "Keep the figures that the fund retained for the year.",
        "event-year-order": "Later figures cannot judge an earlier year. One of the years, or of the dates, is wrong.",
        "event-not-open": "An event that ends another needs that other before it: an absence before a return.",
        "event-still-open": "A second event of a kind that lasts needs the end of the first before it.",
        "event-year-early": "Figures taken before the year that precedes the one judged say nothing of it.",
        "event-after-end": "Nothing changes a contract that is terminated: move the termination, or leave the event"
        " out.",
        "event-sequence": "What ends something cannot come before what began it.",
        "event-before-signature": "An amendment changes a contract that exists.",
        "event-contradicts": "The case and an event say the same thing differently: leave it to the event.",
    },
    "Deciding": {
        "no-convention": "The signature date lies before the first window, after the last, or between two; the"
        " neighbours are named. `avenant list` shows all windows.",
        "unknown-convention": "The name after `--convention` is that of no folder of conventions. Exit status 2.",
        "no-row": "A defect of the policy that `avenant check` finds as row-gap.",
        "no-rule": "A defect of the policy that `avenant check` finds as outcome-gap.",
        "conflict": "A defect of the policy that `avenant check` finds as outcome-conflict.",
        "engine-fault": "A guard: durable-rules did something that it must not, and no answer is better than a wrong"
        " one. Please report it with the case.",
        "digest-mismatch": "The policies, or the case schema, have changed since the digest was noted. Compare the"
        " versions before you accept the new digest.",
        "output-unwritable": "The folder does not exist, may not be written, or the disk is full. A file that was there"
        " is left as it was.",
    },
    "Many cases": {
        "file-format": "Name the file by what it holds.",
        "file-damaged": "The file is cut short, or of another format than its name says. The reason is the reader's.",
        "file-kind": "The name says another format than the file holds. Save it as CSV or as .xlsx without a password.",
        "header-missing": "The first line of a table names its columns.",
        "header-below": "A title or empty lines stand above the names of the columns. Delete them, and save again.",
        "column-missing": "Without this column no row could be decided.",
        "column-unnamed": "A column without a name stands between or beside the others. Name it, or delete it.",
        "column-twice": "Two headers name one fact, by id or label. Which is meant cannot be known: drop one.",
        "column-unknown": "A misspelt fact would silently be missing in every row. Mend the name, or keep the column as"
        " your own.",
        "column-taken": "A column of yours would stand where a result goes. Rename it.",
        "column-type": "The whole column is of a type that the fact cannot have, such as text for numbers.",
        "columns-differ": "Files that are read together have the same columns. Read them apart, or add what lacks.",
        "table-encoding": "Excel's plain CSV is in cp1252 (Windows-1252), its “Unicode text” in UTF-16, which is seen.",
        "column-ambiguous": "Two facts have this label. Name the column by its id.",
        "separator-unclear": "A table has one separator. Write `sep=;` before the first line, or save it again.",
        "workbook-unsafe": "Macros, links to other files, entities and bombs of zip have no place in a table of cases.",
        "workbook-large": "Typed cells are read one by one. Save larger sheets as CSV.",
        "workbook-full": "A sheet has 1 048 576 rows.",
        "sheet-unknown": "The sheet that is asked for is not in the workbook.",
        "sheet-unclear": "A workbook of one sheet, or one sheet with a signature date, needs no option.",
        "cells-hidden": "A filtered row would be decided unseen. Show all rows, or delete what does not count.",
        "two-readings": "`19.500` is 19.5 or 19 500, `03/04/25` one century or another: neither is taken.",
        "number-mark": "A file has one decimal sign: a comma beside `;` or tabs, a point beside commas (`--dialect`).",
        "number-cut": "From twelve digits on, a spreadsheet shows and saves `1,23E+13`.",
        "date-serial": "A date whose cell lost its format is saved as a count of days.",
        "truths-mixed": "`1` beside `oui` may be a number that stands in the wrong column; the file is not decided.",
        "date-month-first": "One such date says that the column may be written month first; the file is not decided.",
        "formula-unsaved": "A program wrote the workbook and no spreadsheet has calculated it yet.",
        "value-none": "`#N/A`, `nc` or `?` is neither a value nor an empty cell, and is never taken for one.",
        "row-fields": "A separator too many or too few: a text with a comma stands in quotes.",
        "row-quotes": "Close the quote; a quote inside a text is doubled.",
        "row-unread": "A single case might be read so. Write the value as plainly as a case file would.",
        "row-json": "Each line is an object of its own, without a comma after it.",
        "output-busy": "Wait for the other command, or write to another file.",
        "output-special": "A device, a pipe or a socket cannot be replaced by a file. Leave the option out to write to"
        " standard output.",
        "output-in-the-way": "The new file is first written beside the old one under this name, which must not lead"
        " elsewhere. Look at what it is, then remove it.",
        "output-is-input": "The input would be lost. Write to another file.",
        "output-nested": "A list or a structure has no place in a line of text. Drop the column, or write Parquet.",
        "extra-missing": "This needs a part of the installation that is left out by default.",
        "spark-failed": "The reason is Spark's own; its log tells more.",
    },
    "Letters": {
        "letter-says-more": "Answer what is open, or take a side with `--interpret`: a letter states what is decided.",
        "letter-field": "`avenant letter --fields` lists the fields with what each holds.",
        "letter-expression": "A template neither counts nor decides, and what it might run is stopped before.",
        "letter-template": "A tag that Word has split is mended by typing it again in one go.",
        "letter-unsafe": "A template is a plain Word file of at most 2 MB.",
        "letter-kind": "A template is named as its kind of letter.",
        "letter-lacks": "What our sources do not give, as the routes of appeal, is said by the fund: once for all in"
        " `caisse.yaml` beside the templates.",
        "letter-people": "What is known of people stands in these files alone, never in a case.",
    },
    "Comparing": {
        "sides-missing": "Name what to compare: `avenant diff 2023_reglement_arbitral 2024_convention`, or `--git"
        " main`.",
        "sides-folder": "With `--git` both sides are the same folder at two moments; only a convention can be singled"
        " out.",
        "git-missing": "Revisions are read by git itself. Without it, compare two folders.",
        "git-no-repository": "The policies folder is outside of any repository, or belongs to someone else; the reason"
        " is git's own.",
        "git-revision": "The name is misspelt, or the revision was not fetched: a shallow clone has the last commit"
        " only.",
        "git-no-policies": "At that revision the policies stood elsewhere, or did not exist yet. They are looked for"
        " where they are now.",
        "git-too-large": "No policies come near the limit: the folder named holds something else.",
        "git-failed": "The reason is git's own. A damaged or partial clone lacks objects.",
        "case-schema-damaged": "`schemas/case.schema.json` beside the policies of this side declares their facts, and"
        " is not in the form of docs/language.md.",
    },
    "Committing a change of rules": {
        "commit-test": "Add or change a case in a `*_test.yaml` of the convention that shows the new rule.",
        "commit-citation": "Name the source that the new rule rests on, where the rule stands.",
        "commit-changelog": "Tell the users of the convention, with the day from which it holds.",
    },
    "Exchanging tables": {
        "table-not-numeric": "Only numbers go through a spreadsheet. Other rules are edited in their file.",
        "exchange-columns": "Export the table again and change only its values; columns may not be added or removed.",
        "exchange-row": "A key is the table, its conditions and the day from which a value holds. It was changed, or"
        " the rules have changed since the export.",
        "exchange-twice": "Which of the two is meant cannot be known. Delete one.",
        "exchange-read-only": "Everything but a value, and the source of a changed one, stands in the rule file for"
        " a reason of its own; change it there. Or the rules have changed since the export: export again.",
        "exchange-when": "The column says the cells of a row as an export does; names and values are those of"
        " the table.",
        "exchange-undated": "A parameter is a list of dated values, and a new row of it is one more.",
        "exchange-uncited": "Every number rests on a text. `--cite` names one for all rows that name none.",
        "exchange-history": "With `--from` nothing changes before that day. A row that should always have been there is"
        " a correction.",
        "exchange-resourced": "In place of a number the spreadsheet writes a number, and nothing else.",
        "exchange-number": "Numbers are taken to the last digit, so nothing is guessed from spaces, signs of currency"
        " or exponents. A decimal comma is read in files whose separator is not a comma; there `19.500` may be read in"
        " two ways, and is refused.",
        "exchange-decimals": "Patients are counted whole and euros have cents.",
        "exchange-unpublished": "A published value needs the source that publishes it: replace `unpublished` in the"
        " rule file by the value and its `cite`.",
        "exchange-emptied": "Nothing can be left without a value. Write the number again, or edit the rule file.",
        "exchange-stale": "The rule file changed while it was being read. Run the command again.",
        "exchange-packaged": "An update of the program would take the change away. Copy the policies into a folder of"
        " your own.",
        "exchange-kept": "No older folder changes because a newer text arrived. What the newer text changes stands in"
        " its own folder, under `change:`.",
        "exchange-undone": "A guard: nothing was written. Edit the rule file by hand and report this with both files.",
    },
    "Proving": {
        "solver-version": "Another version finds other witnesses and spends its budget elsewhere. Install the one"
        " named.",
        "proof-budget": "The question is harder than the budget allows, and nothing can be said without its answer."
        " Give a larger budget, in the solver's own steps, or ask about fewer open facts.",
        "proof-unconfirmed": "A guard: proof and evaluator read the rules differently, so nothing is claimed. Please"
        " report it with the case.",
    },
    "Serving pages and the API": {
        "request-form": "Programs send UTF-8; a parameter holds no NUL.",
        "request-json": "Files of cases may be YAML, the body of a call may not: write it by a library, not by hand.",
        "request-repeated": "A link was put together wrongly. Keep one of the two.",
        "request-page": "The addresses are those of the menu; those of the API stand in `/api/v1/openapi.json`.",
        "request-method": "A link was opened where a form has to be sent, or the other way round.",
        "request-slow": "The connection is slow or was cut. Send the body in one piece.",
        "request-size": "A case is a few kilobytes. Send many cases to `avenant batch`, not to the service.",
        "request-address": "No estimate needs so long an address. Begin again from the start page.",
        "request-media": "Cases go to the API as JSON, answers to pages as a form.",
        "request-host": "Start the service with `--host` and the name that people use, as its proxy passes it on.",
        "request-rate": "The answer says in `Retry-After` when to come again. Programs with many cases use"
        " `evaluate-many`.",
        "request-busy": "One thread decides for a process. Come again after `Retry-After`, or run more processes"
        " behind a proxy.",
        "too-many-cases": "Send them in several calls, or all of them to `avenant batch`.",
        "address-taken": "Another service, perhaps one of an earlier start, listens there. The reason is the system's.",
        "request-fault": "Please report it with the line that the service wrote: it names places of the program and"
        " no fact.",
    },
}


def errors_page() -> str:
    """The page, with one entry for each code."""
    return "\n".join([HEAD, *(line for title, advice in SECTIONS.items() for line in _section(title, advice))])


def _section(title: str, advice: Mapping[str, str]) -> Iterator[str]:
    yield f"## {title}\n"
    for code, text in advice.items():
        if code in read_words("errors", "en"):
            yield f"### {code}\n"
            yield from _words(code)
            yield f"{text}\n"
            yield from _example(code)


def _words(code: str) -> Iterator[str]:
    """The templates in both languages."""
    for lang, wanted in (("en", "Expected:"), ("fr", "Attendu :")):
        words = read_words("errors", lang)[code]
        line = f"- `{_readable(words['message'])}`"
        if "expected" in words:
            line += f". {wanted} `{_readable(words['expected'])}`"
        yield line
    yield ""


def _readable(template: str) -> str:
    """A template with ``<name>`` for what is filled in."""
    parts = string.Formatter().parse(template)
    return "".join(text + (f"<{name}>" if name else "") for text, name, *_ in parts)


def _example(code: str) -> Iterator[str]:
    """The first message of the code's fixture, with the line that it points at."""
    for golden, fixture in (
        (FIXTURES / "bad_policies" / code / "expected.en.txt", FIXTURES / "bad_policies" / code),
        (FIXTURES / "bad_cases" / f"{code}.en.txt", _case(code)),
        (FIXTURES / "bad_dossiers" / f"{code}.en.txt", FIXTURES / "bad_dossiers" / f"{code}.yaml"),
    ):
        if (ROOT / golden).exists():
            said = (ROOT / golden).read_text(encoding="utf-8").splitlines()
            line = next((line for line in said if f": {code}: " in line), said[-1])
            yield "```text"
            yield line
            yield from _pointed_at(line)
            yield "```\n"
            yield f"Example: {_link(fixture)}\n"
            return


def _case(code: str) -> Path:
    found = sorted((ROOT / FIXTURES / "bad_cases").glob(f"{code}.[yj]*"))
    return found[0].relative_to(ROOT) if found else FIXTURES / "bad_cases"


def _link(fixture: Path) -> str:
    """A link to the fixture, or to the test that makes it where it cannot be kept as text."""
    path = ROOT / fixture
    kept = path.is_file() or any(inner.is_dir() for inner in path.iterdir())
    shown, words = (fixture, "") if kept else (Path("tests/test_bad_policies.py"), "made by ")
    return f"{words}[{shown.as_posix()}](../{shown.as_posix()})"


def _pointed_at(message: str) -> Iterator[str]:
    """The line that a message names, and a mark under the column."""
    place = re.match(r"(\S+):([0-9]+):([0-9]+): ", message)
    if place and (ROOT / place[1]).is_file():
        line, column = int(place[2]), int(place[3])
        text = (ROOT / place[1]).read_text(encoding="utf-8").splitlines()[line - 1].replace("\t", " ")
        yield text
        yield " " * (column - 1) + "^"


if __name__ == "__main__":
    (ROOT / "docs" / "errors.md").write_text(errors_page(), encoding="utf-8")
