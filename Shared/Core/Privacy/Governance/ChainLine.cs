using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Federated.Core.Privacy.Governance;

/// <summary>The end of a chain of entries: how many there are, and the hash of the last.</summary>
/// <param name="Entries">0 or more.</param>
/// <param name="Hash">64 lower-case hexadecimal digits; zeros without entries.</param>
public sealed record ChainHead(long Entries, string Hash)
{
    /// <summary>The end of a chain without entries.</summary>
    public static ChainHead Start { get; } = new(0, new string('0', 64));
}

/// <summary>One line of a hash-chained record: <c>{"seq":N,"prev":"P","body":B,"hash":"H"}</c>, where N counts from 1, P is the hash of the line before (zeros for the first), B is a JSON
/// object, and H = SHA-256(the 32 bytes of P, then the line's UTF-8 bytes before <c>,"hash":</c>). Exactly these bytes, without spaces, ended by one line feed.</summary>
public static class ChainLine
{
    private const string HashKey = ",\"hash\":\"", End = "\"}";
    private const int HashDigits = 64;

    /// <summary>The line that follows a head, without its line feed.</summary>
    /// <param name="head">The end of the chain so far.</param>
    /// <param name="body">A JSON object on one line.</param>
    /// <returns>The line and the chain's end with it.</returns>
    public static (string Line, ChainHead Head) After(ChainHead head, string body)
    {
        var content = Opening(head) + body;
        var hash = HashOf(head, Encoding.UTF8.GetBytes(content));
        return ($"{content}{HashKey}{hash}{End}", new(head.Entries + 1, hash));
    }

    /// <summary>Checks the line that follows a head.</summary>
    /// <param name="head">The end of the chain so far.</param>
    /// <param name="line">Without its line feed; anything at all.</param>
    /// <param name="next">The chain's end with the line, where nothing is wrong; else <paramref name="head"/>.</param>
    /// <returns>Null when the line is the next one; else what is wrong, as the end of a sentence about it.</returns>
    public static string? Check(ChainHead head, ReadOnlySpan<byte> line, out ChainHead next)
    {
        next = head;
        if (HashIn(line) is not { } hash) return "is no entry of a record: it does not end with a hash";
        var content = line[..^(HashKey.Length + HashDigits + End.Length)];
        var opening = Encoding.UTF8.GetBytes(Opening(head));
        if (!content.StartsWith(opening)) return Misplaced(head, content);
        if (HashOf(head, content) != hash) return "was changed: its hash is not that of its bytes";
        next = new(head.Entries + 1, hash);
        return null;
    }

    /// <summary>The body of a line that was checked, as UTF-8.</summary>
    /// <param name="head">The end of the chain before the line.</param>
    /// <param name="line">Without its line feed.</param>
    public static ReadOnlySpan<byte> BodyOf(ChainHead head, ReadOnlySpan<byte> line) => line[Opening(head).Length..^(HashKey.Length + HashDigits + End.Length)];

    private static string Opening(ChainHead head) => string.Create(CultureInfo.InvariantCulture, $$"""{"seq":{{head.Entries + 1}},"prev":"{{head.Hash}}","body":""");

    private static string HashOf(ChainHead head, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Convert.FromHexString(head.Hash));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string? HashIn(ReadOnlySpan<byte> line)
    {
        if (line.Length < HashKey.Length + HashDigits + End.Length || !line.EndsWith("\"}"u8)) return null;
        var tail = line[^(HashKey.Length + HashDigits + End.Length)..];
        if (!tail.StartsWith(",\"hash\":\""u8)) return null;
        var digits = tail.Slice(HashKey.Length, HashDigits);
        return digits.IndexOfAnyExcept("0123456789abcdef"u8) < 0 ? Encoding.ASCII.GetString(digits) : null;
    }

    // What a reader wants to know is which entries are missing, and not only that some are.
    private static string Misplaced(ChainHead head, ReadOnlySpan<byte> content)
    {
        var expected = head.Entries + 1;
        var start = "{\"seq\":"u8;
        if (!content.StartsWith(start) || !Utf8Parser.TryParse(content[start.Length..], out long seq, out _)) return "is no entry of a record: it does not begin with its number";
        return seq == expected ? "does not follow the entry before: that one was changed or replaced, or this one comes from another record"
            : seq > expected ? string.Create(CultureInfo.InvariantCulture, $"is entry {seq}, where entry {expected} should be: entries are missing before it or changed places")
            : string.Create(CultureInfo.InvariantCulture, $"is entry {seq}, where entry {expected} should be: it was repeated, inserted or changed its place");
    }
}
