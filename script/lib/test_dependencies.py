"""Plants one violation of each kind, and wants it to be found."""

import pathlib
import tempfile
import unittest

import dependencies


def package(name, version="1.0.0", license="MIT", source="registry+crates"):
    return {"name": name, "version": version, "license": license, "source": source}


class Dependencies(unittest.TestCase):
    def licences(self, license, **rules):
        return list(dependencies.licences([package("a", license=license)], {"allow": ["MIT"], **rules}))

    def test_a_licence_that_is_not_allowed_is_found(self):
        self.assertEqual(self.licences("MIT OR GPL-3.0-only"), [])
        self.assertIn("a 1.0.0 is under GPL-3.0-only", self.licences("GPL-3.0-only"))
        self.assertIn("a 1.0.0 is under MIT AND OpenSSL", self.licences("MIT AND OpenSSL"))
        self.assertIn("a 1.0.0 is under (MIT OR ISC) AND GPL-2.0", self.licences("(MIT OR ISC) AND GPL-2.0"))
        self.assertIn("a 1.0.0 names no licence", self.licences(None))

    def test_a_licence_is_allowed_as_an_alternative_and_for_one_crate(self):
        self.assertEqual(self.licences("GPL-2.0/MIT"), [])
        self.assertEqual(self.licences("(MIT AND X) OR (MIT)"), [])
        exceptions = [{"crate": "a", "allow": ["Y"]}]
        self.assertEqual(self.licences("MIT AND Y", exceptions=exceptions), [])

    def test_a_permission_that_nothing_needs_is_found(self):
        found = self.licences("ISC", allow=["ISC", "Zlib"], exceptions=[{"crate": "b", "allow": ["Y"]}])
        self.assertEqual(len(found), 2)

    def test_a_source_that_is_not_allowed_is_found(self):
        rules = {"allow-registry": ["crates"]}
        self.assertEqual(list(dependencies.sources([package("a")], rules)), [])
        planted = package("a", source="git+https://example.com/a")
        self.assertEqual(len(list(dependencies.sources([planted], rules))), 1)

    def duplicates(self, versions, *skip):
        packages = [package("a", version) for version in versions]
        return list(dependencies.duplicates(packages, {"skip": list(skip)}))

    def test_a_second_version_is_found(self):
        old = {"crate": "a:^0.2", "reason": "b"}
        self.assertEqual(self.duplicates(["0.3.0"]), [])
        self.assertEqual(self.duplicates(["0.2.9", "0.3.0"], old), [])
        self.assertEqual(self.duplicates(["0.2.9", "0.3.0"]), ["a is there in versions 0.2.9, 0.3.0"])
        self.assertEqual(len(self.duplicates(["0.2.9", "0.3.0", "0.4.0"], old)), 1)

    def test_a_skip_that_skips_nothing_is_found(self):
        self.assertEqual(len(self.duplicates(["0.2.9"], {"crate": "a:^0.2", "reason": "b"})), 1)
        self.assertEqual(len(self.duplicates(["0.3.0", "0.20.0"], {"crate": "a:^0.2", "reason": "b"})), 2)
        self.assertEqual(len(self.duplicates(["0.2.9", "0.3.0"], {"crate": "a:^0.2"})), 1)

    def unused(self, source, name="some-crate", shared=(), ignored=()):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "lib.rs").write_text(source)
            member = {
                "name": "m",
                "manifest_path": f"{folder}/Cargo.toml",
                "metadata": {"cargo-machete": {"ignored": list(ignored)}},
                "dependencies": [{"name": name, "rename": None}],
            }
            return list(dependencies.unused([member], shared))

    def test_a_dependency_that_no_source_names_is_found(self):
        self.assertEqual(self.unused("use some_crate::X;"), [])
        self.assertEqual(self.unused("use some_crates::X;"), ["m does not use some-crate"])
        self.assertEqual(self.unused("", ignored=["some-crate"]), [])
        self.assertEqual(len(self.unused("use some_crate::X;", ignored=["some-crate"])), 1)

    def test_a_shared_dependency_that_no_package_has_is_found(self):
        self.assertEqual(self.unused("use some_crate::X;", shared=["some-crate"]), [])
        self.assertEqual(len(self.unused("use some_crate::X;", shared=["some-crate", "other"])), 1)


if __name__ == "__main__":
    unittest.main()
