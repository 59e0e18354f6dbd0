using System.Security.Cryptography;
using Federated.Core.Parameters;

namespace Federated.Cli.Results;

/// <summary>Models on disk, as safetensors. The same parameters give the same bytes.</summary>
internal static class ModelFile
{
    /// <summary>Writes a model, complete or not at all.</summary>
    /// <returns>SHA-256 of the file, lower-case hex: what <c>sha256sum</c> prints.</returns>
    public static async Task<string> WriteAsync(string path, ParameterVector parameters)
    {
        await AtomicFile.WriteAsync(path, stream => Safetensors.WriteAsync(stream, parameters, CancellationToken.None));
        await using var written = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(written));
    }
}
