#!/usr/bin/env bash
# Runs dedup in shards under Slurm: ./slurm.sh SHARDS PARTS DEDUP...
#   ./slurm.sh shards 200 crawl/ -o clean/ --removed removed.jsonl --summary summary.json
# The input, SHARDS and all outputs are on a file system that every node has. Give the resources of your site in the
# variables; a job that failed is sent again with the same command, and what is done is not done again.
set -euo pipefail

shards=$1 parts=$2
shift 2
mukarrar=${MUKARRAR:-mukarrar}
read -ra of_part <<<"${OF_PART:---cpus-per-task=4 --mem=16G --time=4:00:00}"
read -ra of_whole <<<"${OF_WHOLE:---cpus-per-task=16 --mem=200G --time=12:00:00}"

"$mukarrar" shard plan "$shards" --parts "$parts" -- "$@"

# The jobs of a stage of parts, or of the whole run, after those of the stage before. Prints their number.
of_parts() {
    sbatch --parsable --job-name="$1" --array="1-$parts" ${2:+--dependency="afterok:$2"} "${of_part[@]}" \
        --wrap="$mukarrar shard $1 '$shards' \$SLURM_ARRAY_TASK_ID --threads \$SLURM_CPUS_PER_TASK"
}
of_whole() {
    sbatch --parsable --job-name="$1" --dependency="afterok:$2" "${of_whole[@]}" \
        --wrap="$mukarrar shard $1 '$shards' --threads \$SLURM_CPUS_PER_TASK"
}

sketch=$(of_parts sketch '')
merge=$(of_whole merge "$sketch")
verify=$(of_parts verify "$merge")
settle=$(of_whole settle "$verify")
apply=$(of_parts apply "$settle")
echo "the clean corpus is complete when job $apply is"
