namespace Federated.Core.Jobs;

/// <summary>A job as it travels with a model. Pure.</summary>
public static class PortableJob
{
    /// <summary>The job without the folders of the machine that it was written for: of an absolute path, of any platform, the last name stays, to be looked up in the data folders
    /// of whoever has the model. A relative path stays as it is.</summary>
    /// <param name="job">A checked job.</param>
    public static JobSpec Of(JobSpec job)
    {
        var (data, text, pairs) = (job.Data, job.Data.Text, job.Data.Pairs);
        return job with
        {
            Data = data with
            {
                Path = NameOf(data.Path),
                Text = text with { Vocabulary = NameOf(text.Vocabulary) },
                Pairs = pairs with
                {
                    Targets = NameOf(pairs.Targets),
                    SourceVocabulary = NameOf(pairs.SourceVocabulary),
                    TargetVocabulary = NameOf(pairs.TargetVocabulary),
                },
            },
        };
    }

    private static string? NameOf(string? path) =>
        path is null || !IsAbsolute(path) ? path : path.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries).LastOrDefault(path);

    // System.IO.Path knows the platform that it runs on, and a job may come from another one.
    private static bool IsAbsolute(string path) => path.StartsWith('/') || path.StartsWith('\\') || (path.Length > 1 && char.IsAsciiLetter(path[0]) && path[1] == ':');
}
