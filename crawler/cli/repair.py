"""`xiaobao repair`: damaged text in, restored text out."""

import json
import sys
from dataclasses import asdict
from typing import BinaryIO

import click


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with text, status, spans.")
def repair(file: BinaryIO, as_json: bool) -> None:
    """Bring back text that carries pinyin in brackets and misread bytes.

    FILE is UTF-8 text, standard input without it. Text that is not damaged comes out as it is.
    """
    from crawler.extract.repair import load_tables, repair_text

    load_tables()
    try:
        text = file.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name}: not UTF-8 text (byte {error.start})") from None
    done = repair_text(text)
    if as_json:
        answer = {
            "text": done.text,
            "status": done.status,
            "spans": [asdict(span) for span in done.spans],
        }
        done_text = json.dumps(answer, ensure_ascii=False) + "\n"
    else:
        done_text = done.text
    sys.stdout.buffer.write(done_text.encode("utf-8"))


if __name__ == "__main__":
    repair()
