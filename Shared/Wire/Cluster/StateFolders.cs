using System.Security.Cryptography;
using System.Text;

namespace Federated.Wire.Cluster;

/// <summary>Where nodes keep what outlives them, where nothing else is said.</summary>
public static class StateFolders
{
    // Leaves room for the hash and the folder's other names within the 255 bytes of a file name.
    private const int MostCharacters = 64;

    /// <summary>The product's folder below the user's local application data: ~/.local/share/federated on Linux.</summary>
    public static string Root { get; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "federated");

    /// <summary>A folder for each worker's name: the name itself where it can be part of a path, else what is left of it with a hash.</summary>
    public static string OfWorker(string name)
    {
        var safe = new string([.. name.Take(MostCharacters).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_')]);
        if (safe != name) safe = $"{safe}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8]}";
        return Path.Combine(Root, $"worker-{safe}");
    }

    /// <summary>Makes the folder, and those above it, where they are missing.</summary>
    /// <exception cref="NodeOptionsException">That is not possible.</exception>
    public static void Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeOptionsException(
                [$"state-dir is '{folder}', which cannot be made: {e.Message} Name a folder that this user may write to."]);
        }
    }
}
