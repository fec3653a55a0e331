import AudioCoding

/// The version that every command tells.
public let version = "0.1.0"

/// What `name --version` prints: its version, and on the next line those of the libraries that its samples come from.
func versionText(of name: String) -> String {
    "\(name) \(version)\n\(CodecLibraries.versions.joined(separator: ", "))\n"
}
