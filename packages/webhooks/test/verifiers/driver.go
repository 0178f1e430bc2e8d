package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		headers := http.Header{}
		headers.Set("webhook-id", decode(fields[1]))
		headers.Set("webhook-timestamp", decode(fields[2]))
		headers.Set("webhook-signature", decode(fields[3]))
		now, _ := strconv.ParseInt(fields[5], 10, 64)
		id, err := VerifyWebhook([]byte(decode(fields[0])), headers, strings.Split(decode(fields[4]), ","), now)
		if err != nil {
			fmt.Println("refused", err)
			continue
		}
		fmt.Println("accepted", id)
	}
}

func decode(field string) string {
	bytes, err := base64.StdEncoding.DecodeString(field)
	if err != nil {
		panic(err)
	}
	return string(bytes)
}
