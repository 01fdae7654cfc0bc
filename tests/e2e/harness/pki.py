"""Authorities and certificates for tests of TLS: files in a directory that goes with the object.

By the `openssl` command, so that nothing of the sidecar is trusted to make what it is tested with.
"""

import collections
import pathlib
import shutil
import subprocess
import tempfile

Pair = collections.namedtuple("Pair", "certificate key")


class Pki:
    """An authority, and what it signs: ECDSA P-256, valid for a day unless told otherwise."""

    def __init__(self, name="authority"):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-pki-"))
        self._serial = 0
        own = self._key("ca")
        self._openssl("req", "-x509", "-key", own, "-subj", f"/CN={name}", "-days", "2", "-out",
                      self.path("ca.pem"), "-addext", "basicConstraints=critical,CA:TRUE")

    @property
    def ca(self):
        return str(self.path("ca.pem"))

    def path(self, name):
        return self.directory / name

    def issue(self, name, names="DNS:localhost,IP:127.0.0.1", days=1, until=None, purpose=None):
        """A certificate and its key, in NAME.pem and NAME-key.pem: written anew where they are.
        `names` as openssl's subjectAltName has them. `until`: its end, "20200101000000Z"."""
        key = self._key(name)
        extensions = [f"subjectAltName={names}", "basicConstraints=CA:FALSE"]
        extensions += [f"extendedKeyUsage={purpose}"] if purpose else []
        (self.directory / "extensions").write_text("\n".join(extensions) + "\n")
        request = self.path(f"{name}.csr")
        self._openssl("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
        self._serial += 1
        fresh = self.path(f"{name}.new")
        if until is None:
            self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey",
                          self.path("ca-key.pem"), "-days", str(days), "-set_serial",
                          str(self._serial), "-extfile", self.path("extensions"), "-out", fresh)
        else:
            self._backdated(request, fresh, until)
        return Pair(str(fresh.rename(self.path(f"{name}.pem"))), str(key))

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def _backdated(self, request, to, until):
        """Only `openssl ca` takes an end in the past."""
        config = self.path("ca.conf")
        config.write_text(
            "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\npolicy=any\n"
            "default_md=sha256\nrand_serial=yes\nunique_subject=no\n[any]\ncommonName=supplied\n")
        self.path("index").touch()
        self._openssl("ca", "-batch", "-notext", "-config", config, "-in", request, "-cert", self.ca,
                      "-keyfile", self.path("ca-key.pem"), "-startdate", "20200101000000Z",
                      "-enddate", until, "-extfile", self.path("extensions"), "-out", to)

    def _key(self, name):
        path = self.path(f"{name}-key.pem")
        self._openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path)
        return path

    def _openssl(self, *arguments):
        result = subprocess.run(["openssl", *map(str, arguments)], cwd=self.directory, text=True,
                                stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if result.returncode != 0:
            raise AssertionError(f"openssl {arguments[0]}: {result.stderr}")
