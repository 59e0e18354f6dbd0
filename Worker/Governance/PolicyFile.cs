using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Federated.Core.Privacy.Governance;

namespace Federated.Worker.Governance;

/// <summary>A policy out of a file.</summary>
/// <param name="Spec">The policy.</param>
/// <param name="Sha256">Of the file's bytes.</param>
public sealed record PolicyFile(PolicySpec Spec, string Sha256)
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">A path.</param>
    /// <returns>The policy, or everything that is wrong, a sentence each.</returns>
    public static (PolicyFile? Policy, ImmutableArray<string> Errors) Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, [$"policy is '{path}', and there is no such file."]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, [$"policy is '{path}', which cannot be read: {e.Message}"]);
        }
        var result = PolicyReader.Read(Encoding.UTF8.GetString(bytes));
        return result.Policy is { } policy
            ? (new(policy, Convert.ToHexStringLower(SHA256.HashData(bytes))), [])
            : (null, [.. result.Errors.Select(error => $"policy '{path}', {error}")]);
    }
}
