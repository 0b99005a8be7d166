"""Requests made up from the server's own description: whatever is sent, no fault of ours."""

import shutil
import subprocess

import pytest

from _serving import serving

SCHEMATHESIS = shutil.which("schemathesis")


@pytest.mark.slow
@pytest.mark.skipif(SCHEMATHESIS is None, reason="no schemathesis (pipx install schemathesis)")
def test_no_request_is_answered_with_a_fault(news, tmp_path):
    # not negative_data_rejection: it takes a 413, the answer to a text that is too long, for a yes
    checks = "not_a_server_error,status_code_conformance,content_type_conformance"
    with serving(news) as server:
        done = subprocess.run(
            [SCHEMATHESIS, "run", f"{server.url}/openapi.json", "--max-examples", "40",
             "--phases", "examples,coverage,fuzzing", "--seed", "0", "--checks",
             f"{checks},response_schema_conformance"],
            capture_output=True, text=True, timeout=500, cwd=tmp_path,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
