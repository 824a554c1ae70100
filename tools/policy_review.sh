#!/usr/bin/env bash
# The review of a change of rules on a pull request, in two steps so that the one that runs the program has no token:
#   compose FILE   compares $BASE...$HEAD into FILE, as markdown that fits a comment, and prints annotations
#   post FILE      puts FILE into the one comment of $PR_NUMBER in $REPOSITORY that is ours, or into the job summary
# Everything that comes from outside is in environment variables and quoted; none of it is ever part of a command.
set -euo pipefail
export LC_ALL=C.UTF-8

MARKER='<!-- avenant-policy-review -->'
LIMIT=65000      # bytes; GitHub takes 65 536 characters
LANGUAGE=${AVENANT_REVIEW_LANG:-fr}

# Whatever a file of the change makes the program say is shown, and never obeyed as a command to the runner.
quietly() {
    local token
    token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    printf '::stop-commands::%s\n' "$token"
    cat
    printf '\n::%s::\n' "$token"
}

# Cuts standard input at a line so that it fits, closes what is then left open, and says so.
fitted() {
    LC_ALL=C awk -v limit="$((LIMIT - 400))" -v note="$1" '
        !cut && size + length($0) + 1 > limit { cut = 1 }
        !cut {
            size += length($0) + 1
            if ($0 ~ /^```/) fence = !fence
            if ($0 ~ /<details/) open++
            if ($0 ~ /<\/details>/) open--
            print
        }
        END {
            if (!cut) exit
            if (fence) print "```"
            for (; open > 0; open--) print "\n</details>"
            print "\n" note
        }'
}

compose() {
    local body=$1 failed=0 raw faults
    raw=$(mktemp) faults=$(mktemp)
    avenant diff --git "${BASE}...${HEAD}" --behaviour --format markdown --lang "$LANGUAGE" -o "$raw" 2>"$faults" || failed=$?
    if ((failed)); then
        {
            printf '**La comparaison des règles n’a pas abouti. / The rules could not be compared.**\n\n```text\n'
            sed "s/\`\`\`/'''/g" "$faults"
            printf '```\n'
        } >"$raw"
    fi
    {
        printf '%s\n' "$MARKER"
        fitted '_Suite coupée : voir `avenant diff` sur votre poste. / Cut here: run `avenant diff` on your machine._' <"$raw"
    } >"$body"
    if ((failed)); then
        quietly <"$faults"
    else
        avenant diff --git "${BASE}...${HEAD}" --format github --lang "$LANGUAGE"
    fi
    rm -f "$raw" "$faults"
    return "$failed"
}

post() {
    local body=$1 ids id
    if [[ ${FORK:-false} == true ]]; then
        summarised "$body"
        return
    fi
    if ! ids=$(gh api --paginate "repos/${REPOSITORY}/issues/${PR_NUMBER}/comments?per_page=100" \
        --jq ".[] | select(.user.login == \"github-actions[bot]\") | select(.body | startswith(\"${MARKER}\")) | .id"); then
        refused "$body"
        return
    fi
    id=${ids%%$'\n'*}
    if [[ -n $id ]]; then
        gh api --silent --method PATCH "repos/${REPOSITORY}/issues/comments/${id}" --field "body=@${body}" || refused "$body"
    else
        gh api --silent --method POST "repos/${REPOSITORY}/issues/${PR_NUMBER}/comments" --field "body=@${body}" || refused "$body"
    fi
}

refused() {
    printf '::warning::The comment could not be written; the review is in the summary of this job.\n'
    summarised "$1"
}

summarised() {
    cat "$1" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
}

case ${1:-} in
    compose | post)
        [[ -n ${2:-} ]] || { echo "usage: $0 compose|post FILE" >&2; exit 2; }
        "$1" "$2"
        ;;
    *)
        echo "usage: $0 compose|post FILE" >&2
        exit 2
        ;;
esac
