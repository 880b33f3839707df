"""Turns a table from a spreadsheet into lists, one job per row."""

from ..flow.model import Output, Text, Utility

UTILITY = Utility(
    work="read a shot list",
    node_id="APIMartShotList",
    title="APIMart Shot List",
    description="Reads a table of shots, pasted from a spreadsheet or loaded from a CSV file, and outputs a list per "
    "column, so that connected nodes run once per row. Works without an API key.",
    search_aliases=("csv", "batch", "spreadsheet", "list of prompts"),
    inputs=(
        Text(
            id="table",
            help="The table, with cells separated by commas or tabs. The first row contains the column names: name, "
            "prompt, negative_prompt, seconds, seed, take, image.",
        ),
        Text(
            id="file",
            multiline=False,
            help="CSV file in the input folder to use instead of a table, for example shots.csv.",
        ),
        Text(
            id="rows",
            multiline=False,
            help="Rows to use, for example 1-3, 5. Leave empty for all; 200 rows max per run.",
        ),
        Text(
            id="project",
            multiline=False,
            help="Optional: folder that `name` puts the shots in, for example film/shot_010/shot_010.",
        ),
    ),
    outputs=(
        Output("name", "STRING", "For Save Video's filename_prefix: project/shot/shot."),
        Output("prompt", "STRING", "The column prompt."),
        Output("negative_prompt", "STRING", "The column negative_prompt; empty where not given."),
        Output("seconds", "INT", "The column seconds; 5 where not given."),
        Output("seed", "INT", "The column seed; -1 where not given."),
        Output("take", "INT", "The column take; 0 where not given."),
        Output("image", "IMAGE", "Image from the input folder named in the column image; nothing where not given."),
    ),
    gives_several=True,
    notes=(
        "Unknown columns are ignored and listed on the node. Each row requires a prompt or an image.",
        "With `if_it_fails` set to skip on the model node, a failed row blocks only the nodes that depend on it.",
    ),
    troubles=(
        ("An error names a row and its line.", "Correct that line; nothing has run yet."),
        ("The table has more rows than one run allows.", "Select some in `rows`."),
    ),
)
