namespace Federated.Core.Jobs.Reading;

/// <summary>A file whose values have been read, to be checked as a whole.</summary>
/// <param name="Written">Lines of the keys that were written with a value, by full path.</param>
/// <param name="Errors">Receives what is wrong.</param>
internal abstract record Bound(IReadOnlyDictionary<string, int> Written, JobErrors Errors)
{
    /// <summary>Whether all of these paths were read without error, so that a rule about them makes sense.</summary>
    public bool Sound(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
            if (Errors.At(path)) return false;
        return true;
    }

    /// <summary>Adds an error at a path, with the line where it, or the nearest key above it, was written.</summary>
    public void Report(string path, string message)
    {
        var at = path;
        while (at.Length > 0 && !Written.ContainsKey(at)) at = at[..Math.Max(0, at.LastIndexOfAny(['.', '[']))];
        Errors.Add(path, message, Written.GetValueOrDefault(at));
    }
}

/// <summary>A job whose values have been read.</summary>
/// <param name="Spec">The job; what could not be read has its default.</param>
/// <param name="Written">Lines of the keys that were written with a value, by full path.</param>
/// <param name="Errors">Receives what is wrong.</param>
internal sealed record BoundJob(JobSpec Spec, IReadOnlyDictionary<string, int> Written, JobErrors Errors) : Bound(Written, Errors);
