import AudioCoding

/// The version of both programs.
let version = "0.1.0"

/// The text of `name --version`: the version of the program, and on the next line those of the libraries that decode.
func versionText(of name: String) -> String {
    "\(name) \(version)\n\(CodecLibraries.versions.joined(separator: ", "))\n"
}
