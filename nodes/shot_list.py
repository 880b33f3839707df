"""Many shots as one decision: a table from a spreadsheet becomes a list for the nodes that buy."""

from ..flow.model import Output, Text, Utility

UTILITY = Utility(
    work="read a shot list",
    node_id="APIMartShotList",
    title="APIMart Shot List",
    description="Reads a table of shots, pasted from a spreadsheet or from a CSV file, and gives a list per column: "
    "what hangs on it runs once per row. Works without a key.",
    search_aliases=("csv", "batch", "spreadsheet", "list of prompts"),
    inputs=(
        Text(
            id="table",
            help="The table, with commas or tabs between its cells. The first row names the columns: name, prompt, "
            "negative_prompt, seconds, seed, take, image.",
        ),
        Text(id="file", multiline=False, help="Instead of a table: a CSV file of the input folder, like shots.csv."),
        Text(id="rows", multiline=False, help="Which rows, like 1-3, 5; empty = all, at most 200 in a run."),
        Text(
            id="project",
            multiline=False,
            help="Optional: the folder under which `name` puts the shots, like film/shot_010/shot_010.",
        ),
    ),
    outputs=(
        Output("name", "STRING", "For Save Video's filename_prefix: project/shot/shot."),
        Output("prompt", "STRING", "The column prompt."),
        Output("negative_prompt", "STRING", "The column negative_prompt; empty where it is left out."),
        Output("seconds", "INT", "The column seconds; 5 where it is left out."),
        Output("seed", "INT", "The column seed; -1 where it is left out."),
        Output("take", "INT", "The column take; 0 where it is left out."),
        Output(
            "image", "IMAGE", "The file of the input folder that the column image names; nothing where it is left out."
        ),
    ),
    gives_several=True,
    notes=(
        "Columns that it does not know are passed over, and named on the node. A row needs a prompt or an image.",
        "With `if_it_fails` set to skip on the node that buys, a row that fails blocks only what hangs on it.",
    ),
    troubles=(
        ("A row is named with its line.", "Correct that line: nothing has run yet."),
        ("The table has more rows than are allowed in one run.", "Choose some in `rows`."),
    ),
)
