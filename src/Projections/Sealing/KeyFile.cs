using System.Text.Json;

namespace ControlPlane.Sealing;

/// <summary>Writes files with keys so that only their owner reads them, and nobody ever finds half of one.</summary>
public static class KeyFile
{
    /// <summary>Makes a file that was not there.</summary>
    public static void Create<T>(string path, T keys)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        Write(path, keys);
    }

    /// <summary>Holds off whoever else on this machine wants to change the file, until it is disposed of; throws where somebody does so already.</summary>
    public static IDisposable Lock(string path) => new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);

    /// <summary>Puts new contents in the place of the old.</summary>
    public static void Replace<T>(string path, T keys)
    {
        var fresh = $"{path}.{Guid.CreateVersion7():N}";
        Write(fresh, keys);
        File.Move(fresh, path, overwrite: true);
    }

    private static void Write<T>(string path, T keys)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(path, options);
        JsonSerializer.Serialize(stream, keys, JsonSerializerOptions.Web);
        stream.Flush(flushToDisk: true);
    }
}
