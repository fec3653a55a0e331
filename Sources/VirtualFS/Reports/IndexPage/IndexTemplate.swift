import FoundationEssentials
import Support

/// The page around the recordings: its HTML, its style and its script, which are files in `Resources`.
enum IndexTemplate {
    /// What comes before the data, and behind it.
    static let (head, tail): (String, String) = {
        let page = filled(String(decoding: PackageResources.index_html, as: UTF8.self))
        let place = page.firstRange(of: "{{data}}")
        return place.map { (String(page[..<$0.lowerBound]), String(page[$0.upperBound...])) } ?? (page, "")
    }()

    private static func filled(_ page: String) -> String {
        let style = String(decoding: PackageResources.index_css, as: UTF8.self)
        let script = String(decoding: PackageResources.index_js, as: UTF8.self)
        // Nothing but the two texts of this page is run or applied, whatever a name in the store has.
        let policy =
            "default-src 'none'; style-src '\(hash(style))'; script-src '\(hash(script))'; "
            + "img-src 'self' file:; media-src 'self' file:; base-uri 'none'; form-action 'none'"
        return page.replacing("{{policy}}", with: policy).replacing("{{style}}", with: style)
            .replacing("{{script}}", with: script)
    }

    /// The name of `text` in a policy. See "Content Security Policy Level 3", section 2.3.1.
    private static func hash(_ text: String) -> String {
        let digest = MessageDigest(.sha256)
        digest?.update(Array(text.utf8))
        return "sha256-\(Data(digest?.finish() ?? []).base64EncodedString())"
    }
}
