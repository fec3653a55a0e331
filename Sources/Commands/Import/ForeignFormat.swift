/// Formats of recorders that this program cannot read, or does not take from folders, and what converts them.
enum ForeignFormat {
    /// What converts the file at `path`, going by its name; nil if it is of no such format.
    static func advice(on path: String) -> String? {
        guard let dot = path.lastIndex(of: "."), dot > path.startIndex else { return nil }
        let fileExtension = path[dot...].dropFirst().lowercased()
        // AnaBat's files are numbered in their extensions: 05#.
        return fileExtension.wholeMatch(of: #/[0-9]{2}#/#) == nil ? advice[fileExtension] : advice["zc"]
    }

    private static let wildlifeAcoustics =
        "is compressed as only Wildlife Acoustics' programs read it: Kaleidoscope converts it to WAV"
    private static let mobilePhone = "is speech of a mobile phone: ffmpeg -i FILE FILE.wav converts it"
    private static let dictation = "is a dictation machine's: ffmpeg -i FILE FILE.wav converts it"

    private static let advice = [
        "wac": wildlifeAcoustics, "w4v": wildlifeAcoustics,
        "sud": "is compressed as only SoundTrap Host and PAMGuard read it: SoundTrap Host converts it to WAV",
        "zc": "has an AnaBat's times of zero crossings, no sound: AnalookW, Anabat Insight and Kaleidoscope read it",
        "x3": "is compressed by X3: PAMGuard and the D-TAG tools convert it to WAV",
        "amr": mobilePhone, "awb": mobilePhone, "3ga": mobilePhone,
        "dss": dictation, "ds2": dictation,
        "aup": "is a project of Audacity: Audacity exports it as WAV",
        "aup3": "is a project of Audacity: Audacity exports it as WAV",
    ]
}
