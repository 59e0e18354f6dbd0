using System.Security.Cryptography;
using Federated.Core.Jobs;

namespace Federated.Engine.OwnModels;

/// <summary>The file of a job's own model, read once: what was hashed is what is loaded, whatever happens to the file meanwhile.</summary>
/// <param name="Key">The key that names it.</param>
/// <param name="Path">Absolute.</param>
/// <param name="Content">All of it.</param>
internal sealed record ModelFile(string Key, string Path, byte[] Content)
{
    /// <summary>Finds and reads it.</summary>
    /// <param name="model">A model that is a file.</param>
    /// <param name="folders">What the worker allows.</param>
    /// <exception cref="EngineException">It is not allowed, not there, cannot be read or has another hash than the job says.</exception>
    public static ModelFile Read(ModelSpec model, ModelFolders folders)
    {
        var (key, named) = model.Torchscript is { } script ? ("model.torchscript", script) : ("model.assembly", model.Assembly!);
        var path = folders.Find(named, key);
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {error.Message}", error) { OnlyHere = true };
        }
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        return model.Sha256 is not { } wanted || string.Equals(wanted, hash, StringComparison.OrdinalIgnoreCase) ? new(key, path, content)
            : throw new EngineException($"{path} has the SHA-256 {hash}, and the job's model.sha256 is {wanted}: it is another file, and is not loaded.") { OnlyHere = true };
    }
}
