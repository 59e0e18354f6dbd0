using System.Collections.Immutable;
using System.Security.Cryptography;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Cli.Results;

/// <summary>A model that was read.</summary>
/// <param name="Parameters">Its tensors.</param>
/// <param name="JobYaml">The job that it was trained by; null where the file does not say.</param>
internal sealed record SavedModel(ParameterVector Parameters, string? JobYaml);

/// <summary>Models on disk, as safetensors, whose metadata has the job under the key <c>job</c>. The same parameters and job give the same bytes.</summary>
internal static class ModelFile
{
    private const string JobKey = "job";

    /// <summary>Writes a model, complete or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">The model.</param>
    /// <param name="jobYaml">Its job, which is written without the folders of absolute paths. One that this version cannot read, of a newer coordinator, is left out.</param>
    /// <returns>SHA-256 of the file, lower-case hex: what <c>sha256sum</c> prints.</returns>
    public static async Task<string> WriteAsync(string path, ParameterVector parameters, string jobYaml)
    {
        var metadata = ImmutableDictionary<string, string>.Empty;
        if (JobReader.Read(jobYaml, []).Job is { } job) metadata = metadata.Add(JobKey, JobWriter.Write(PortableJob.Of(job)));
        var file = new SafetensorsFile(parameters) with { Metadata = metadata };
        await AtomicFile.WriteAsync(path, stream => Safetensors.WriteAsync(stream, file, CancellationToken.None));
        await using var written = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(written));
    }

    /// <summary>Reads a model.</summary>
    /// <exception cref="CommandException">The file is no model.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<SavedModel> ReadAsync(string path, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(path);
        var read = await Safetensors.ReadFileAsync(stream, stream.Length, cancellation);
        return read.Ok ? new(read.File.Parameters, read.File.Metadata.GetValueOrDefault(JobKey))
            : throw new CommandException(ExitCodes.Failure, $"{path} is no model that can be read. {read.Error}", remedy: "");
    }
}
