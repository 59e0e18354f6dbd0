using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Federated.Worker.State;

/// <summary>Names of folders and files below a run's folder.</summary>
internal static class ClientFolder
{
    // Most file systems end names at 255 bytes.
    private const int MaxLength = 200;

    /// <summary>The name of a client's folder: different for different clients, also where case does not count, and allowed on every file
    /// system.</summary>
    public static string NameOf(string client)
    {
        var name = new StringBuilder("client-");
        foreach (var b in Encoding.UTF8.GetBytes(client))
            if (char.IsAsciiLetterLower((char)b) || char.IsAsciiDigit((char)b) || b is (byte)'-' or (byte)'_') name.Append((char)b);
            else name.Append('%').Append(b.ToString("x2", CultureInfo.InvariantCulture));
        // '~' comes in no other name.
        return name.Length <= MaxLength
            ? name.ToString()
            : $"{name.ToString(0, MaxLength - 65)}~{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(client)))}";
    }

    /// <summary>The state after a committed round.</summary>
    public static string CommittedName(int round) => string.Create(CultureInfo.InvariantCulture, $"round-{round:D3}.state");

    /// <summary>The state after one attempt of a round that is not committed.</summary>
    public static string TentativeName(int round, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"round-{round:D3}.attempt-{attempt}.state");

    /// <summary>The round and the attempt of a file, attempt 0 for a committed one; null for any other file.</summary>
    public static (int Round, int Attempt)? Parse(string name)
    {
        var parts = name.Split('.');
        if (parts.Length is < 2 or > 3 || parts[^1] != "state" || Number(parts[0], "round-") is not { } round) return null;
        if (parts.Length == 2) return (round, 0);
        return Number(parts[1], "attempt-") is { } attempt ? (round, attempt) : null;
    }

    private static int? Number(string part, string prefix) =>
        part.StartsWith(prefix, StringComparison.Ordinal)
        && int.TryParse(part.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
